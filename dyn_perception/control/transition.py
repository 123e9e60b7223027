# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a change is worth it, and what bridges the time until it is in force."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.estimates import Estimates

# Frames between a change and the next one that is not needed.
_DWELL_FRAMES = 4.0
# Frames for which a more accurate point must have been the better one.
_CONFIRM_FRAMES = 2.0
# Share of the power that must be saved, and frames for which it must have been so.
WORTHWHILE_SAVING = 0.02
_CONFIRM_SAVING_FRAMES = 6.0
# A step up that had to be taken back within this many frames doubles the confirmation, up to a
# limit; it halves again with each step up that lasts.
_REGRET_FRAMES = 40.0
_MOST_CAUTION = 32.0
# On-time score that a bridging width needs: a few frames only, so less than the goals ask for.
_ENOUGH_SCORE = 1.6


@dataclass(slots=True)
class Hysteresis:
    """Decides whether a better point is taken now: quick to step down, careful to step up.

    Attributes:
        caution: factor on the confirmation of steps up.
        changed_s: when the point was changed last.
    """

    caution: float = 1.0
    changed_s: float = -math.inf
    _wanted: int = -1
    _since_s: float = math.inf
    _stepped_up_s: float = -math.inf

    def allows(self, candidate: int, gains_accuracy: bool, time_s: float, period_s: float) -> bool:
        """Return whether a change that is not needed is taken now.

        Args:
            candidate: what would be better: a level of accuracy, or a point that saves power.
            gains_accuracy: whether it is more accurate (otherwise it saves power).
            time_s: now.
            period_s: time of a frame.
        """
        if candidate != self._wanted:
            self._wanted, self._since_s = candidate, time_s
        frames = _CONFIRM_FRAMES if gains_accuracy else _CONFIRM_SAVING_FRAMES
        confirmed = time_s - self._since_s >= (frames * self.caution - 0.5) * period_s
        rested = time_s - self.changed_s >= (_DWELL_FRAMES - 0.5) * period_s
        return confirmed and rested

    def forget(self) -> None:
        """Nothing better is in sight: a later sight of it is a new one."""
        self._wanted, self._since_s = -1, math.inf

    def changed(self, is_step_up: bool, was_needed: bool, time_s: float, period_s: float) -> None:
        """Take note of a change."""
        regret = time_s - self._stepped_up_s < _REGRET_FRAMES * period_s
        if was_needed and not is_step_up and regret:
            self.caution = min(2.0 * self.caution, _MOST_CAUTION)
            self._stepped_up_s = -math.inf
        elif is_step_up:
            if not regret:
                self.caution = max(0.5 * self.caution, 1.0)
            self._stepped_up_s = time_s
        self.changed_s = time_s
        self.forget()


class DelayCompensation:
    """Finds a smaller width that is on time while the wanted point is not yet.

    Clocks and placement follow some frames after they are asked for, and a frame that had to wait
    for a late one has less time left; a width counts from the next frame on. So a smaller width at
    the wanted clocks bridges the gap: the node sets the width at once when it goes down, and puts
    it up again after the clocks.
    """

    def __init__(self, estimates: Estimates) -> None:
        """Prepare for a table."""
        self._estimates = estimates
        self._narrower: dict[int, list[int]] = {}
        self._allowed: NDArray[np.int64] = np.arange(len(estimates.model.table))

    def allow(self, rows: NDArray[np.int64]) -> None:
        """Use these rows only."""
        self._allowed = rows
        self._narrower.clear()

    def row(self, wanted: int, in_force: Mapping[str, object], share_s: float) -> int:
        """Return the row to ask for now.

        Args:
            wanted: row that is to be reached.
            in_force: settings in force, as far as known.
            share_s: time of the network for a frame (s).
        """
        estimates = self._estimates
        point = estimates.model.table.points[wanted]
        placement = in_force.get('placement', point.placement)
        applied = estimates.clocks.applied
        there = placement == point.placement and all(
            applied.get(knob, mhz) >= mhz * 0.999 for knob, mhz in point.clocks
        )
        if there and estimates.backlog_s <= 0.0:
            return wanted
        usual_s, _ = estimates.expected_latency(point.width, point.placement, dict(point.clocks))
        if usual_s > share_s:
            return wanted  # it is late in any case: nothing to bridge
        clocks = dict(applied) if placement == point.placement else applied
        if there:
            clocks = dict(point.clocks)
        left_s = share_s - estimates.backlog_s
        rows = self._rows_down(wanted)
        for row in rows if left_s > 0.0 else ():
            width = int(estimates.model.table.widths[row])
            latency_s, deviation = estimates.expected_latency(width, str(placement), clocks)
            if math.log(left_s / latency_s) >= _ENOUGH_SCORE * deviation:
                return row
        # Even the smallest width is late: what drains the backlog soonest, at any clock.
        return self._fastest(wanted) if estimates.backlog_s > 0.0 else rows[-1]

    def _fastest(self, wanted: int) -> int:
        """Return the fastest row of the same placement among those that may be chosen."""
        table = self._estimates.model.table
        rows = self._allowed[table.placement_index[self._allowed] == table.placement_index[wanted]]
        if not rows.size:
            return wanted
        return int(rows[np.argmin(self._estimates.latency_s[rows])])

    def _rows_down(self, wanted: int) -> list[int]:
        """Return the rows of the same placement and clocks, from the wanted width down."""
        if wanted not in self._narrower:
            table = self._estimates.model.table
            same = table.placement_index == table.placement_index[wanted]
            same &= table.widths <= table.widths[wanted]
            same &= np.isclose(
                table.clock_mhz, table.clock_mhz[wanted], rtol=1e-6, equal_nan=True
            ).all(axis=1)
            rows = np.flatnonzero(same)
            rows = rows[np.isin(rows, self._allowed) | (rows == wanted)]
            order = np.argsort(-table.widths[rows], kind='stable')
            self._narrower[wanted] = rows[order].tolist()
        return self._narrower[wanted]
