# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The published rule of Dynamic-OFA's demonstration (Lou, Xun et al. 2021).

Mean of the last 20 latencies above the limit: one level down. Otherwise, with more than 20
samples at this level and an accuracy below the wanted one: one level up. A level that was left
because it was too slow is not tried again at once (their memory of two levels). Always at full
clocks on one placement. Two defects of their code are not repeated, which makes it stronger:
their process restarts at each change (seconds), and latencies far above the limit are left out of
the mean, so that it never sees a large slowdown.
"""

from collections import deque
from dataclasses import dataclass

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import FrameObservation, Goals
from dyn_perception.study.policies.baseline import (
    BaselinePolicy,
    fastest_placement,
    full_clock_rows,
)

SAMPLES = 20


@dataclass(frozen=True)
class ThresholdConstants:
    """Free constants.

    Attributes:
        margin: the limit as a share of the period.
        retry_frames: results after which a level that was too slow may be tried again.
    """

    margin: float = 1.0
    retry_frames: int = 20


class ThresholdPolicy(BaselinePolicy):
    """One level a step, by the mean of the last 20 latencies."""

    def __init__(
        self, table: OperatingPointTable, goals: Goals, constants: ThresholdConstants
    ) -> None:
        """Start at the widest level, as their demonstration does at its goal."""
        super().__init__(table, goals)
        rows, placement = full_clock_rows(table), fastest_placement(table)
        self.levels = [rows[placement, width] for width in sorted({*map(int, table.widths)})]
        self.constants = constants
        self.level = len(self.levels) - 1
        self.row = self.levels[self.level]
        self._latencies: deque[float] = deque(maxlen=SAMPLES)
        self._results = 0
        self._too_slow: int | None = None  # a level that was left, and not tried since
        self._since_too_slow = 0

    def observe_frame(self, frame: FrameObservation) -> None:
        """Judge the latency of the network alone, as their code does."""
        self._since_too_slow += 1
        if frame.width != self.table.points[self.row].width:
            return  # begun before the last change
        self._latencies.append(frame.latency_s - frame.queueing_s)
        self._results += 1
        if len(self._latencies) < SAMPLES:
            return
        mean_s = sum(self._latencies) / SAMPLES
        if mean_s > self.constants.margin * self.goals.period_s:
            if self.level > 0:
                self._too_slow, self._since_too_slow = self.level, 0
                self._change(-1)
        elif self._results > SAMPLES and self._wants_more():
            self._change(1)

    def _wants_more(self) -> bool:
        """Whether a more accurate level is wanted and may be tried."""
        if self.level + 1 == len(self.levels):
            return False
        enough = self.goals.objective == 'energy' and (
            self.table.accuracy[self.row] >= self.goals.min_accuracy
        )
        waits = (
            self.level + 1 == self._too_slow and self._since_too_slow < self.constants.retry_frames
        )
        return not enough and not waits

    def _change(self, by: int) -> None:
        self.level += by
        self.row = self.levels[self.level]
        self._latencies.clear()
        self._results = 0
