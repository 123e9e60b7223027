# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The point for the frames until the wanted one is in force and no frame waits."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.estimates import Estimates

# On-time score that an interim width needs: a few frames only, so less than the goals ask for.
_ENOUGH_SCORE = 1.6


class Interim:
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
