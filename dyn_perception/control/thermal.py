# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the temperature will be, and how much power it allows."""

import math

import numpy as np
from numpy.typing import NDArray

# Time constants of the models (s): a die that is measured by itself, up to a board with a large
# heat sink.
TIME_CONSTANTS_S = (1.0, 3.0, 10.0, 30.0, 90.0, 270.0)
# Prior of ambient (degree Celsius), thermal resistance (K/W) and what is left of the time before
# the first reading (K): mean and deviation. Boards differ by that much.
_PRIOR = ((30.0, 15.0), (6.0, 4.0), (0.0, 8.0))
# Deviation of a reading from the right model (K): quantum of the sensor, zones, leakage.
_READING_DEVIATION = 0.3
# The same for learning: errors of readings in a row are much the same, no model is quite right.
_LEARNING_DEVIATION = 1.0
# Largest squared score of an error: a single surprise must not decide on the time constant.
_MOST_SURPRISE = 9.0
# Time in which a parameter drifts by its prior deviation (s): fans and ambient change.
_DRIFT_S = 40_000.0
# Prediction errors count for this long in the choice of a time constant (s).
_MEMORY_S = 60.0
# Time within which the difference between reading and model is followed (s).
_BIAS_S = 2.0
# Errors of successive readings are much the same: each counts for this share of a new one.
_EVIDENCE_SHARE = 0.3
_LEAST_RESISTANCE, _MOST_RESISTANCE = 0.3, 20.0
# Share of the estimated heating that is reckoned with for more power than now.
_OPTIMISM = 0.9
# Longest step between two readings that is bridged (s).
_LONGEST_GAP_S = 5.0


class ThermalModel:
    """First-order models of the hottest zone, identified while running.

    T(t) = ambient + R p(t) + rest exp(-t / tau), where p is the board's power behind a low pass of
    time constant tau: the solution of tau dT/dt = ambient + R P - T (lumped RC model; Skadron et
    al., "Temperature-aware microarchitecture", ACM TACO 2004). For a given tau it is linear in
    ambient, R and rest, which recursive least squares with a prior and a memory estimates without
    differentiating the coarse readings of sensors. tau is unknown by orders of magnitude, so a
    bank of models with fixed tau runs side by side and each counts by the probability that its
    prediction errors give it (multiple-model estimation; Magill, IEEE Trans. Automatic Control
    10(4), 1965). With a constant power P, after a time h:

        T(h) = ambient + R (P + (p - P) exp(-h / tau)) + rest exp(-(t + h) / tau) + bias

    bias being the low-passed difference between readings and model: what else heats. It is linear
    in P, so the power that just reaches a limit follows directly.

    Attributes:
        temperature_c: of the model, corrected by the readings (NaN: never read).
    """

    def __init__(self) -> None:
        """Start from the prior."""
        self._tau = np.array(TIME_CONSTANTS_S)
        count = len(self._tau)
        means, deviations = np.array(_PRIOR).T
        self._mean = np.tile(means, (count, 1))
        self._covariance = np.tile(np.diag(np.square(deviations)), (count, 1, 1))
        self._prior = np.square(deviations)
        self._evidence = np.zeros(count)
        self._weights = np.full(count, 1.0 / count)
        self._features = np.ones((count, 3))
        self._bias_c = np.zeros(count)
        self._time_s = math.nan
        self._power_w = math.nan
        self._final: tuple[float, float] | None = None
        self.temperature_c = math.nan

    def observe(self, time_s: float, temperature_c: float, power_w: float) -> None:
        """Take a reading.

        Args:
            time_s: of the reading.
            temperature_c: of the hottest zone (NaN: not read; the model goes on by itself).
            power_w: of the board since the reading before, measured or expected (NaN: not known:
                as before).
        """
        self._final = None
        if math.isnan(power_w):
            power_w = self._power_w
        if math.isnan(power_w):
            return
        known = math.isfinite(temperature_c)
        elapsed_s = time_s - self._time_s
        if math.isnan(elapsed_s):
            if not known:
                return
            self._features[:, 1] = power_w
        elif elapsed_s <= 0:
            return
        else:
            left = np.exp(-min(elapsed_s, _LONGEST_GAP_S) / self._tau)
            self._features[:, 1] = power_w + (self._features[:, 1] - power_w) * left
            self._features[:, 2] *= left
        self._time_s, self._power_w = time_s, power_w
        expected_c = np.einsum('ij,ij->i', self._features, self._mean)
        if known:
            elapsed_s = 0.1 if math.isnan(elapsed_s) else min(elapsed_s, _LONGEST_GAP_S)
            self._learn(temperature_c - expected_c, elapsed_s)
            expected_c = np.einsum('ij,ij->i', self._features, self._mean)
            share = -math.expm1(-elapsed_s / _BIAS_S)
            self._bias_c += share * (temperature_c - expected_c - self._bias_c)
        self.temperature_c = float(self._weights @ (expected_c + self._bias_c))

    def _learn(self, error: NDArray[np.float64], elapsed_s: float) -> None:
        features, covariance = self._features, self._covariance
        # Parameters drift, but nothing makes them less certain than they were at the start.
        variance = np.einsum('ijj->ij', covariance)
        variance += (variance < self._prior) * (elapsed_s / _DRIFT_S * self._prior)
        shared = np.einsum('ijk,ik->ij', covariance, features)
        total = np.einsum('ij,ij->i', features, shared)
        total = np.maximum(total, 0.0)
        gain = shared / (total + _LEARNING_DEVIATION**2)[:, None]
        self._mean += gain * error[:, None]
        covariance -= gain[:, :, None] * shared[:, None, :]
        # A resistance out of its range takes the other parameters along (constrained Kalman
        # filter; Simon and Chia 2002): cut off alone, it would let them run away.
        resistance = self._mean[:, 1]
        excess = np.clip(resistance, _LEAST_RESISTANCE, _MOST_RESISTANCE) - resistance
        if excess.any():
            share = covariance[:, :, 1] / np.maximum(covariance[:, 1, 1], 1e-9)[:, None]
            self._mean += share * excess[:, None]
        total += _READING_DEVIATION**2
        surprise = np.minimum(error * error / total, _MOST_SURPRISE) + np.log(total)
        self._evidence *= math.exp(-elapsed_s / _MEMORY_S)
        self._evidence -= 0.5 * _EVIDENCE_SHARE * surprise
        likelihood = np.exp(self._evidence - self._evidence.max())
        self._weights = likelihood / likelihood.sum()

    def line(self, horizon_s: float) -> tuple[float, float]:
        """Return the temperature after a time at no power (degree Celsius), and more per W (K/W).

        Args:
            horizon_s: how far ahead (s, inf: in the end).
        """
        left = np.exp(-horizon_s / self._tau)
        ambient, resistance, rest = self._mean.T
        start = ambient + resistance * self._features[:, 1] * left + self._bias_c
        start += rest * self._features[:, 2] * left
        return (
            float(self._weights @ start),
            float(self._weights @ (resistance * (1.0 - left))),
        )

    def final_c(self, power_w: float) -> float:
        """Return the temperature that a constant power leads to (degree Celsius, NaN: unknown)."""
        if math.isnan(self.temperature_c):
            return math.nan
        if self._final is None:
            self._final = self.line(math.inf)
        return self._final[0] + self._final[1] * power_w

    def inertia(self, horizon_s: float) -> float:
        """Return what is left of a difference in temperature after a time, 0...1."""
        return float(self._weights @ np.exp(-horizon_s / self._tau))

    def power_for(self, limit_c: float, horizon_s: float) -> float:
        """Return the power that leads to a temperature within a horizon (W, inf: never read).

        More power than now is taken to heat a little less than estimated: that it does not is
        only learned by trying, and shows long before the limit.
        """
        if math.isnan(self.temperature_c) or math.isinf(limit_c):
            return math.inf
        start_c, slope = self.line(horizon_s)
        room_k = limit_c - start_c - slope * self._power_w
        return self._power_w + room_k / (slope * (_OPTIMISM if room_k > 0 else 1.0))
