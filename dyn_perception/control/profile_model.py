# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the table says about clocks that it does not list."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.processors.names import clock_knob, processors_of

# Clocks are equal within this share: messages carry them as float32.
CLOCK_TOLERANCE = 1e-3
# Distinct clocks of a placement whose errors are told apart; more are put together.
_MOST_CLOCKS = 24
# Power where the table has none (W): only their order counts until a sensor gives the scale.
_GUESSED_IDLE_W = 2.0
_GUESSED_WORK_W = 2.0


def main_knob(placement: str, knobs: tuple[str, ...]) -> int:
    """Return the index of the clock that a placement runs at, -1 if the table has none of it.

    Of processors that share a frame's groups, that of the first one.
    """
    name = clock_knob(processors_of(placement)[0])
    if name in knobs:
        return knobs.index(name)
    kind = name.partition('.')[0]
    matching = [index for index, knob in enumerate(knobs) if knob.partition('.')[0] == kind]
    return matching[-1] if matching else -1


class ProfileModel:
    """Latency and power of the points of a table, also when a clock is held below what they set.

    Between two listed clocks latency is linear in 1/clock (fixed time plus work at the clock: fits
    the measured Jetson Nano within 1.4 %) and power linear in the clock.

    Attributes:
        table: the table.
        is_profiled: whether it was measured on the board; otherwise larger errors are expected.
        clock: [points] MHz of the main clock of each point, 1 where it sets none.
        clock_bin: [points] number of the clock among those of its placement.
        clock_position: per placement [bins], ln of the bins' mean clock.
        width_rank: [points] number of the width among all widths.
        distinct_widths: ascending.
        accuracy: [points]; where none was measured, a rank of the widths in its place.
        accuracy_known: whether every accuracy was measured.
        idle_w, busy_w: [points] power; where none was profiled, a guess that rises with the clock.
        power_known: whether every power was profiled.
    """

    def __init__(self, table: OperatingPointTable, is_profiled: bool = True) -> None:
        """Prepare a table."""
        self.table = table
        self.is_profiled = is_profiled
        self.main_knobs = [main_knob(name, table.knobs) for name in table.placements]
        self._is_shared = [len(processors_of(name)) > 1 for name in table.placements]
        self.distinct_widths = tuple(int(width) for width in np.unique(table.widths))
        self.width_rank = np.searchsorted(self.distinct_widths, table.widths)
        columns = np.array(self.main_knobs)[table.placement_index]
        clock = np.ones(len(table))
        named = columns >= 0
        clock[named] = table.clock_mhz[named, columns[named]]
        # A point that leaves its clock free runs at the highest of its placement.
        for place in range(len(table.placements)):
            rows = table.placement_index == place
            known = clock[rows][~np.isnan(clock[rows])]
            clock[rows & np.isnan(clock)] = known.max() if known.size else 1.0
        self.clock: NDArray[np.float64] = clock
        self.clock_bin = np.zeros(len(table), dtype=np.int64)
        self.clock_position: list[NDArray[np.float64]] = []
        for place in range(len(table.placements)):
            rows = np.flatnonzero(table.placement_index == place)
            distinct = np.unique(clock[rows])
            bins = np.arange(len(distinct)) * min(len(distinct), _MOST_CLOCKS) // len(distinct)
            self.clock_bin[rows] = bins[np.searchsorted(distinct, clock[rows])]
            logs = np.log(distinct)
            self.clock_position.append(
                np.array([logs[bins == number].mean() for number in range(bins[-1] + 1)])
            )
        self._rows: dict[tuple[int, int], NDArray[np.int64]] = {}
        for rank, place in set(
            zip(self.width_rank.tolist(), table.placement_index.tolist(), strict=True)
        ):
            rows = np.flatnonzero((self.width_rank == rank) & (table.placement_index == place))
            self._rows[rank, place] = rows[np.argsort(clock[rows], kind='stable')]
        self._nearest: dict[tuple[object, ...], tuple[int, float] | None] = {}
        self.accuracy_known = not np.isnan(table.accuracy).any()
        self.accuracy = table.accuracy
        if not self.accuracy_known:
            self.accuracy = 0.5 + 0.5 * table.widths / self.distinct_widths[-1]
        self.idle_w, self.busy_w = table.idle_power_w, table.busy_power_w
        self.power_known = not np.isnan(self.idle_w + self.busy_w).any()
        if not self.power_known:
            share = clock / clock.max()
            self.idle_w = np.full(len(table), _GUESSED_IDLE_W)
            self.busy_w = self.idle_w + _GUESSED_WORK_W * share * (1 + share * share)

    def locate(
        self, width: int, placement: str, clocks: Mapping[str, float]
    ) -> tuple[int, float] | None:
        """Find the row nearest to a setting, and the latency that the profile gives for it.

        Args:
            width: groups that are run.
            placement: where.
            clocks: MHz of each knob that has a limit.

        Returns:
            Row and latency (s), or None where the table knows no such width and placement.
        """
        key = (width, placement, *(clocks.get(knob, -1.0) for knob in self.table.knobs))
        if key not in self._nearest:
            if len(self._nearest) > 10_000:
                self._nearest.clear()
            self._nearest[key] = self._locate(width, placement, clocks)
        return self._nearest[key]

    def _locate(
        self, width: int, placement: str, clocks: Mapping[str, float]
    ) -> tuple[int, float] | None:
        table = self.table
        if placement not in table.placements or width not in self.distinct_widths:
            return None
        place = table.placements.index(placement)
        rows = self._rows.get((self.distinct_widths.index(width), place))
        if rows is None:
            return None
        wanted = np.array([clocks.get(knob, np.inf) for knob in table.knobs])
        points = table.clock_mhz[rows]
        # A clock that is left free is as good as the highest listed; one never set is no matter.
        highest = np.max(np.nan_to_num(points, nan=0.0), axis=0, initial=0.0)
        set_here = highest > 0
        wanted = np.where(set_here, np.minimum(wanted, highest), 1.0)
        listed = np.where(set_here, np.where(np.isnan(points), highest, points), 1.0)
        row = int(rows[int(np.argmin(np.abs(np.log(listed / wanted)).sum(axis=1)))])
        main = self.main_knobs[place]
        if main < 0 or not set_here[main]:
            return row, float(table.latency_s[row])
        return row, self._at_clock(row, float(wanted[main]))[0]

    def _at_clock(self, row: int, clock: float) -> tuple[float, float, float]:
        """Return latency, idle and busy power of a row if its main clock were another one."""
        table = self.table
        if abs(clock / self.clock[row] - 1) <= CLOCK_TOLERANCE:
            return (
                float(table.latency_s[row]),
                float(self.idle_w[row]),
                float(self.busy_w[row]),
            )
        main = self.main_knobs[table.placement_index[row]]
        others = np.delete(table.clock_mhz, main, axis=1) if main >= 0 else table.clock_mhz
        family = self._rows[int(self.width_rank[row]), int(table.placement_index[row])]
        same = np.all(np.nan_to_num(others[family]) == np.nan_to_num(others[row]), axis=1)
        family = family[same]
        clocks = self.clock[family]
        if clock < clocks[0]:
            first = family[0]
            return (
                float(table.latency_s[first] * clocks[0] / clock),
                float(self.idle_w[first]),
                float(self.busy_w[first]),
            )
        inverse = 1.0 / clocks[::-1]
        latency = np.interp(1.0 / clock, inverse, table.latency_s[family][::-1])
        idle = np.interp(clock, clocks, self.idle_w[family])
        busy = np.interp(clock, clocks, self.busy_w[family])
        return float(latency), float(idle), float(busy)

    def under_caps(
        self, caps: Mapping[str, float]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return latency, idle and busy power of all points while some clocks are held down.

        Args:
            caps: highest MHz that each knob reaches now, whatever limit is set.
        """
        table = self.table
        latency = table.latency_s.copy()
        idle, busy = self.idle_w.copy(), self.busy_w.copy()
        for place, main in enumerate(self.main_knobs):
            if self._is_shared[place]:
                rows = np.flatnonzero(table.placement_index == place)
                self._cap_shared(rows, caps, latency, idle, busy)
                continue
            cap = caps.get(table.knobs[main], np.inf) if main >= 0 else np.inf
            above = (table.placement_index == place) & (self.clock > cap * (1 + CLOCK_TOLERANCE))
            for row in np.flatnonzero(above):
                latency[row], idle[row], busy[row] = self._at_clock(int(row), cap)
        return latency, idle, busy

    def _cap_shared(
        self, rows: NDArray[np.int64], caps: Mapping[str, float], *values: NDArray[np.float64]
    ) -> None:
        """Give rows of which any clock is held down the values of the nearest listed clocks."""
        for row in rows.tolist():
            clocks = dict(self.table.points[row].clocks)
            held = {knob: min(mhz, caps.get(knob, np.inf)) for knob, mhz in clocks.items()}
            if all(held[knob] * (1 + CLOCK_TOLERANCE) >= mhz for knob, mhz in clocks.items()):
                continue
            point = self.table.points[row]
            found = self.locate(point.width, point.placement, held)
            assert found is not None
            nearest, latency_s = found
            at_nearest = (latency_s, self.idle_w[nearest], self.busy_w[nearest])
            for value, new in zip(values, at_nearest, strict=True):
                value[row] = new

    @property
    def shares(self) -> dict[str, dict[str, float]]:
        """How much of the work each processor does of those that share it, by placement.

        By their speed alone at the highest width; where the table has a processor only as a part,
        it counts as an equal one.
        """
        shares: dict[str, dict[str, float]] = {}
        for placement in self.table.placements:
            parts = processors_of(placement)
            if len(parts) == 1:
                continue
            speeds = {part: self._speed(part) for part in parts}
            known = [speed for speed in speeds.values() if speed > 0]
            usual = sum(known) / len(known) if known else 1.0
            filled = {part: speed or usual for part, speed in speeds.items()}
            total = sum(filled.values())
            shares[placement] = {part: speed / total for part, speed in filled.items()}
        return shares

    def _speed(self, placement: str) -> float:
        """Return the most frames a second at the highest width, 0 where it is not listed."""
        table = self.table
        if placement not in table.placements:
            return 0.0
        rows = (table.placement_index == table.placements.index(placement)) & (
            table.widths == self.distinct_widths[-1]
        )
        return float(1.0 / table.latency_s[rows].min()) if rows.any() else 0.0
