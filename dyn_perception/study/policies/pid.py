# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A PID controller of the latency, in the manner of feedback-controlled clocks.

As in feedback-control scheduling (Xia et al. 2008, arXiv 0806.0132) one number is controlled, the
speed u that is asked for, and clipped to what can be had. Its error is that of the latency from a
set-point below the period, e = latency / (set-point·period) - 1. Velocity form:

    u(k) = u(k-1) + kp (e(k) - e(k-1)) + ki e(k) + kd (e(k) - 2 e(k-1) + e(k-2))

The speed becomes an operating point: the most accurate whose profiled time is at most the
set-point's part of the period over u and whose power fits, among equals the one with the least
power. Measured over expected power has an integral controller of its own.
"""

import math
from dataclasses import dataclass

import numpy as np

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import BoardObservation, Decision, FrameObservation, Goals
from dyn_perception.study.policies.baseline import BaselinePolicy, mean_power_w


@dataclass(frozen=True)
class PidConstants:
    """Gains, and the set-point as a share of the period."""

    proportional: float = 0.3
    integral: float = 0.1
    derivative: float = 0.0
    set_point: float = 0.8
    power_gain: float = 0.1


class PidPolicy(BaselinePolicy):
    """Controls the speed and translates it into an operating point."""

    def __init__(self, table: OperatingPointTable, goals: Goals, constants: PidConstants) -> None:
        """Start from the profile."""
        super().__init__(table, goals)
        self.constants = constants
        self.speed = 1.0
        self.power_ratio = 1.0
        self._errors = (0.0, 0.0)
        self._is_stale = True
        self.row = self._translate()

    def set_goals(self, goals: Goals) -> None:
        """Take new goals."""
        super().set_goals(goals)
        self._is_stale = True

    def observe_frame(self, frame: FrameObservation) -> None:
        """Move the speed by the error of the latency."""
        constants = self.constants
        error = (frame.latency_s - frame.queueing_s) / self._wanted_s() - 1.0
        last, before = self._errors
        step = constants.proportional * (error - last) + constants.integral * error
        step += constants.derivative * (error - 2.0 * last + before)
        # Beyond what the table offers the speed would only have to come back.
        slowest = self._wanted_s() / float(self.table.latency_s.max())
        fastest = self._wanted_s() / float(self.table.latency_s.min())
        self.speed = min(max(self.speed + step, slowest), fastest)
        self._errors = (error, last)
        self._is_stale = True

    def observe_board(self, board: BoardObservation) -> None:
        """Update the ratio of measured to expected power."""
        if not math.isfinite(board.power_w):
            return
        point = self.table.points[self.row]
        use = min(1.0, point.latency_s * self.goals.target_fps)
        expected_w = point.idle_power_w + use * (point.busy_power_w - point.idle_power_w)
        self.power_ratio += self.constants.power_gain * (
            board.power_w / expected_w - self.power_ratio
        )
        self._is_stale = True

    def decide(self, time_s: float) -> Decision:
        """Translate again if anything is new."""
        if self._is_stale:
            self.row = self._translate()
            self._is_stale = False
        return super().decide(time_s)

    def _translate(self) -> int:
        goals, table = self.goals, self.table
        power_w = self.power_ratio * mean_power_w(table, table.latency_s, goals.target_fps)
        # Rounding must not exclude the point that the clipped speed stands for.
        quick = table.latency_s <= self._wanted_s() / self.speed * (1.0 + 1e-9)
        affordable = quick & (power_w <= goals.power_budget_w)
        if not affordable.any():
            return int(np.argmin(np.where(quick, power_w, np.inf)))
        good = affordable & (table.accuracy >= goals.min_accuracy)
        if goals.objective == 'energy' and good.any():
            return int(np.argmin(np.where(good, power_w, np.inf)))
        accuracy = np.where(affordable, table.accuracy, -1.0)
        return int(np.argmin(np.where(accuracy >= accuracy.max() - 1e-9, power_w, np.inf)))

    def _wanted_s(self) -> float:
        """Return the latency at the set-point (s)."""
        return self.constants.set_point * self.goals.period_s
