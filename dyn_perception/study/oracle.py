# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy that knows what will happen, and the board, but not the noise.

It has the limits and the delays that all have. Between two disturbances it stays at one point (in
a ramp: for 25 frames); where that gets too hot, `thermal_plan` looks for the best sequence.
"""

from bisect import bisect_right

import numpy as np

from dyn_perception.control.policy import Decision
from dyn_perception.study.actuation import DELAY_FRAMES
from dyn_perception.study.policies.baseline import BaselinePolicy
from dyn_perception.study.spans import Span, make_spans
from dyn_perception.study.thermal_plan import plan_under_heat, stays_cool
from dyn_perception.study.timeline import Timeline
from dyn_perception.study.true_table import TrueTable


def plan(true: TrueTable, timeline: Timeline) -> tuple[list[Span], list[int]]:
    """Return the spans and the best row of each."""
    spans = make_spans(true, timeline)
    best = [int(np.argmax(span.expectation.value)) for span in spans]
    return spans, best if stays_cool(true, spans, best) else plan_under_heat(true, spans)


class OraclePolicy(BaselinePolicy):
    """Follows the plan, and begins each change so early that it is in force in time."""

    def __init__(self, true: TrueTable, timeline: Timeline) -> None:
        """Plan the whole run."""
        super().__init__(true.setting.table, timeline.phases[0].goals)
        self.spans, self.rows = plan(true, timeline)
        self._arrival_s = timeline.arrival_s
        self._firsts = [span.first for span in self.spans]
        self.row = self.rows[0]

    def decide(self, time_s: float) -> Decision:
        """Return the point for the frame after the newest, or what prepares a later one."""
        newest = bisect_right(self._arrival_s, time_s + 1e-9) - 1
        self.row = self._row_for(newest)
        return super().decide(time_s)

    def _row_for(self, newest: int) -> int:
        following = newest + 1
        number = bisect_right(self._firsts, max(following, 0)) - 1
        row = self.rows[number]
        ahead = number + 1
        if ahead == len(self.spans) or self._firsts[ahead] - following >= DELAY_FRAMES[1]:
            return row
        return self._preparation(number, row, self.rows[ahead])

    def _preparation(self, number: int, row: int, after: int) -> int:
        """Return what brings placement and clocks of the next span in force before it.

        Lower clocks need no preparation: the width goes down first, and they follow.
        """
        points = self.table.points
        now, then = points[row], points[after]
        clocks = dict(then.clocks)
        if now.placement == then.placement and all(
            mhz >= clocks[knob] for knob, mhz in now.clocks
        ):
            return row
        accuracy = self.spans[number].expectation.accuracy
        rows = [
            index
            for index, point in enumerate(points)
            if point.width <= now.width
            and (point.placement, point.clocks) == (then.placement, then.clocks)
        ]
        return max(rows, key=lambda index: float(accuracy[index]))
