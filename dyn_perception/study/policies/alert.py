# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ALERT (Wan et al., USENIX ATC 2020, arXiv 1911.00119): one global slowdown with its variance.

With xi = measured over profiled time, shared by all operating points:

    y(n)  = xi measured - mu(n-1)
    Q(n)  = max(Q0, a Q(n-1) + (1 - a) (K(n-1) y(n-1))^2)
    K(n)  = ((1 - K(n-1)) s(n-1) + Q(n)) / ((1 - K(n-1)) s(n-1) + Q(n) + R)
    mu(n) = mu(n-1) + K(n) y(n)        s(n) = (1 - K(n-1)) s(n-1) + Q(n)

    energy_ij   = p_j mu t_ij + phi p_j (T - mu t_ij)
    accuracy_ij = Pr[xi t_ij <= T] q_i          (a late answer is worth nothing)

then all points are enumerated: the most accurate within the energy that the power budget leaves,
or the least energy that is accurate enough; when none is, latency comes before accuracy before
power. The published constants are a = 0.3, Q0 = 0.1, R = 0.001, K0 = 0.5, mu0 = 1, s0 = 0.1.
Published are a cap p_j on the power and a filter for phi, idle power over p_j; here the profile
has busy and idle power of each point, and one filter follows measured power over that. It knows
neither temperature nor placements that slow down apart.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import BoardObservation, Decision, FrameObservation, Goals
from dyn_perception.study.policies.baseline import BaselinePolicy, mean_power_w, normal_cdf


@dataclass(frozen=True)
class AlertConstants:
    """Constants of the filter and the power filter's gain; the defaults are the published."""

    alpha: float = 0.3
    process_noise: float = 0.1
    measurement_noise: float = 0.001
    power_gain: float = 0.1


class SlowdownFilter:
    """ALERT's filter of the global slowdown.

    Attributes:
        mean: mu.
        variance: s.
        gain: K.
        process_noise: Q.
    """

    def __init__(self, constants: AlertConstants) -> None:
        """Start as published."""
        self._constants = constants
        self.mean, self.variance, self.gain = 1.0, 0.1, 0.5
        self.process_noise = constants.process_noise
        self._innovation = 0.0

    def update(self, slowdown: float) -> None:
        """Take measured over profiled time."""
        constants = self._constants
        innovation = slowdown - self.mean
        self.process_noise = max(
            constants.process_noise,
            constants.alpha * self.process_noise
            + (1.0 - constants.alpha) * (self.gain * self._innovation) ** 2,
        )
        variance = (1.0 - self.gain) * self.variance + self.process_noise
        self.gain = variance / (variance + constants.measurement_noise)
        self.mean += self.gain * innovation
        self.variance = variance
        self._innovation = innovation


class AlertPolicy(BaselinePolicy):
    """Enumerates all points with one slowdown for all of them."""

    def __init__(
        self, table: OperatingPointTable, goals: Goals, constants: AlertConstants
    ) -> None:
        """Start with the published state."""
        super().__init__(table, goals)
        self.slowdown = SlowdownFilter(constants)
        self.power_ratio = 1.0
        self._power_gain = constants.power_gain
        self._is_stale = True
        self.row = self._choose()

    def observe_frame(self, frame: FrameObservation) -> None:
        """Update the slowdown."""
        self.slowdown.update((frame.latency_s - frame.queueing_s) / self.profiled_s(frame))
        self._is_stale = True

    def observe_board(self, board: BoardObservation) -> None:
        """Update the ratio of measured to expected power."""
        if not math.isfinite(board.power_w):
            return
        row = slice(self.row, self.row + 1)
        use = min(
            1.0, float(self.table.latency_s[row][0]) * self.slowdown.mean * self.goals.target_fps
        )
        idle_w = float(self.table.idle_power_w[row][0])
        expected_w = idle_w + use * (float(self.table.busy_power_w[row][0]) - idle_w)
        self.power_ratio += self._power_gain * (board.power_w / expected_w - self.power_ratio)
        self._is_stale = True

    def set_goals(self, goals: Goals) -> None:
        """Take new goals."""
        super().set_goals(goals)
        self._is_stale = True

    def decide(self, time_s: float) -> Decision:
        """Enumerate the points if anything is new."""
        if self._is_stale:
            self.row = self._choose()
            self._is_stale = False
        return super().decide(time_s)

    def on_time_probability(self) -> NDArray[np.float64]:
        """Return Pr[xi t <= T] of each point, [points]."""
        deviation = math.sqrt(self.slowdown.variance)
        score = (self.goals.period_s / self.table.latency_s - self.slowdown.mean) / deviation
        return normal_cdf(score)

    def _choose(self) -> int:
        goals = self.goals
        latency_s = self.slowdown.mean * self.table.latency_s
        power_w = self.power_ratio * mean_power_w(self.table, latency_s, goals.target_fps)
        accuracy = self.on_time_probability() * self.table.accuracy
        affordable = power_w <= goals.power_budget_w
        good = accuracy >= goals.min_accuracy
        if goals.objective == 'energy':
            allowed = good & affordable if (good & affordable).any() else good
            if allowed.any():
                return int(np.argmin(np.where(allowed, power_w, np.inf)))
        allowed = affordable if affordable.any() else np.ones_like(affordable)
        if goals.min_accuracy and not (allowed & good).any() and good.any():
            allowed = good  # power gives way before accuracy
        best = np.where(allowed, accuracy, -1.0)
        # Equal but for rounding: the one with the least power.
        ties = best >= best.max() - 1e-4
        return int(np.argmin(np.where(ties, power_w, np.inf)))
