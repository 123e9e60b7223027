# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""All operating points of one network on one board, as arrays."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_point import OperatingPoint

# More points than any board has; a file with more is a mistake, and would slow each decision.
MOST_POINTS = 20_000


class OperatingPointTable:
    """Operating points and, in the same order, their values as arrays of [points].

    Attributes:
        points: the operating points.
        placements: names of the placements, in order of first appearance.
        knobs: names of the clock knobs, in order of first appearance.
        widths: [points] whole numbers.
        placement_index: [points] indices in `placements`.
        clock_mhz: [points, knobs], NaN where a point leaves a clock free.
        latency_s: [points].
        latency_deviation_s: [points].
        idle_power_w: [points], NaN where not known.
        busy_power_w: [points], NaN where not known.
        accuracy: [points], NaN where not measured.
    """

    def __init__(self, points: Iterable[OperatingPoint]) -> None:
        """Make a table.

        Raises:
            ControlError: no point, too many, or two with the same width, placement and clocks.
        """
        self.points = tuple(points)
        if not 1 <= len(self.points) <= MOST_POINTS:
            raise ControlError(
                f'{len(self.points)} operating points are out of range 1...{MOST_POINTS}'
            )
        self.placements = tuple(dict.fromkeys(point.placement for point in self.points))
        self.knobs = tuple(
            dict.fromkeys(knob for point in self.points for knob, _ in point.clocks)
        )
        self._index = {_key(point): index for index, point in enumerate(self.points)}
        if len(self._index) != len(self.points):
            raise ControlError('two operating points have the same width, placement and clocks')
        self.widths: NDArray[np.int64] = np.array([point.width for point in self.points])
        self.placement_index: NDArray[np.int64] = np.array(
            [self.placements.index(point.placement) for point in self.points]
        )
        self.clock_mhz = np.full((len(self.points), len(self.knobs)), np.nan)
        for row, point in enumerate(self.points):
            for knob, clock_mhz in point.clocks:
                self.clock_mhz[row, self.knobs.index(knob)] = clock_mhz
        self.latency_s = self._values('latency_s')
        self.latency_deviation_s = self._values('latency_deviation_s')
        self.idle_power_w = self._values('idle_power_w')
        self.busy_power_w = self._values('busy_power_w')
        self.accuracy = self._values('accuracy')

    def _values(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(point, name) for point in self.points], dtype=np.float64)

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.points)

    def index(self, point: OperatingPoint) -> int:
        """Return where a point with the same width, placement and clocks is.

        Raises:
            ControlError: there is none.
        """
        try:
            return self._index[_key(point)]
        except KeyError:
            raise ControlError(f'{point} is not in the table of {len(self)} points') from None

    def to_dicts(self) -> list[dict[str, Any]]:
        """As plain values; `from_dicts` reads them back."""
        return [point.to_dict() for point in self.points]

    @classmethod
    def from_dicts(cls, rows: Iterable[Mapping[str, Any]]) -> 'OperatingPointTable':
        """Read plain values, for example those of a profile in YAML.

        Raises:
            ControlError: a row is no operating point; the text names the row, from 1.
        """
        points = []
        for number, row in enumerate(rows, start=1):
            if number > MOST_POINTS:
                raise ControlError(f'more than {MOST_POINTS} operating points')
            if not isinstance(row, Mapping):
                raise ControlError(f'row {number} is {row!r}, not a mapping')
            try:
                points.append(OperatingPoint.from_dict(row))
            except (ControlError, TypeError) as error:
                raise ControlError(f'row {number}: {error}') from error
        return cls(points)


def _key(point: OperatingPoint) -> tuple[int, str, tuple[tuple[str, float], ...]]:
    return point.width, point.placement, tuple(sorted(point.clocks))
