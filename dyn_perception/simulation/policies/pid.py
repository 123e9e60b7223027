# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A PID controller of the latency, in the manner of feedback-controlled clocks.

As in feedback-control scheduling (Xia et al., arXiv 0806.0132) and POET (Imes et al., RTAS 2015)
one number is controlled and then translated into a configuration. Here it is the slowdown u that
the profile has to be multiplied with; its error is e = measured / profiled time - u, so that the
coarse steps between operating points do not disturb it. Velocity form:

    u(k) = u(k-1) + kp (e(k) - e(k-1)) + ki e(k) + kd (e(k) - 2 e(k-1) + e(k-2))

The translation takes the most accurate point whose time u·t is within a share `margin` of the
period and whose power fits, among equals the one with the least power. Measured over expected
power has an integral controller of its own.
"""

import math
from dataclasses import dataclass

import numpy as np

from dyn_perception.control.goals import Goals
from dyn_perception.control.observation import BoardObservation, FrameObservation
from dyn_perception.control.operating_point_table import OperatingPointTable
from dyn_perception.control.policy import Decision
from dyn_perception.simulation.policies.baseline import BaselinePolicy, mean_power_w

_BOUNDS = (0.1, 50.0)


@dataclass(frozen=True)
class PidConstants:
    """Gains, and the share of the period that is aimed at."""

    proportional: float = 0.3
    integral: float = 0.3
    derivative: float = 0.0
    margin: float = 0.85
    power_gain: float = 0.1


class PidPolicy(BaselinePolicy):
    """Controls the slowdown and translates it into an operating point."""

    def __init__(self, table: OperatingPointTable, goals: Goals, constants: PidConstants) -> None:
        """Start from the profile."""
        super().__init__(table, goals)
        self.constants = constants
        self.slowdown = 1.0
        self.power_ratio = 1.0
        self._errors = (0.0, 0.0)
        self._is_stale = True
        self.row = self._translate()

    def set_goals(self, goals: Goals, time_s: float) -> None:
        """Take new goals."""
        super().set_goals(goals, time_s)
        self._is_stale = True

    def observe_frame(self, frame: FrameObservation) -> None:
        """Update the slowdown."""
        constants = self.constants
        measured = (frame.latency_s - frame.queueing_s) / self.profiled_s(frame)
        error = measured - self.slowdown
        last, before = self._errors
        step = constants.proportional * (error - last) + constants.integral * error
        step += constants.derivative * (error - 2.0 * last + before)
        self.slowdown = min(max(self.slowdown + step, _BOUNDS[0]), _BOUNDS[1])
        self._errors = (error, last)
        self._is_stale = True

    def observe_board(self, board: BoardObservation) -> None:
        """Update the ratio of measured to expected power."""
        if not math.isfinite(board.power_w):
            return
        point = self.table.points[self.row]
        use = min(1.0, self.slowdown * point.latency_s * self.goals.target_fps)
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
        latency_s = self.slowdown * table.latency_s
        power_w = self.power_ratio * mean_power_w(table, latency_s, goals.target_fps)
        quick = latency_s <= self.constants.margin * goals.period_s
        if not quick.any():
            return int(np.argmin(latency_s))
        affordable = quick & (power_w <= goals.power_budget_w)
        if not affordable.any():
            return int(np.argmin(np.where(quick, power_w, np.inf)))
        good = affordable & (table.accuracy >= goals.min_accuracy)
        if goals.objective == 'energy' and good.any():
            return int(np.argmin(np.where(good, power_w, np.inf)))
        accuracy = np.where(affordable, table.accuracy, -1.0)
        return int(np.argmin(np.where(accuracy >= accuracy.max() - 1e-9, power_w, np.inf)))
