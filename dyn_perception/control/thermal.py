# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the temperature will be, and how much power it allows."""

import math

import numpy as np

# Time over which one equation of the regression is formed (s): long against the quantum of a
# sensor, short against the time constants of boards (tens to hundreds of seconds).
_STEP_S = 2.0
# Priors: time constant (s), thermal resistance (K/W), ambient (degree Celsius); their spreads are
# wide, boards differ by that much.
_TIME_CONSTANT_S = 80.0
_RESISTANCE = 6.0
_AMBIENT_C = 30.0
# Noise of one equation (K): quantum and noise of the sensor at its two ends.
_EQUATION_DEVIATION = 0.35
# Variance that the parameters gain in each equation, as a share of their prior: fans and ambient
# change.
_FORGETTING = 2e-4
# Filter of the measured temperature: share of a new reading at 10 Hz.
_READING_SHARE = 0.2


class ThermalModel:
    """First-order model of the hottest zone, identified while running.

    dT/dt = a P - b T + c: thermal resistance a/b, time constant 1/b, ambient c/b (lumped RC model;
    Skadron et al., "Temperature-aware microarchitecture", ACM TACO 2004; Southampton's PRiME
    framework uses the same form with one more lag). Integrated over `_STEP_S` it is linear in a,
    b, c, which recursive least squares with a prior estimates. From it follow the final
    temperature of any power and, for a horizon h, the power that just reaches the limit:

        T(h) = T_end + (T - T_end) exp(-b h),  T_end = (a P + c) / b

    Attributes:
        temperature_c: filtered temperature, continued by the model where no reading comes (NaN:
            never read).
        seen_s: when a temperature was read last (-inf: never).
    """

    def __init__(self) -> None:
        """Start from the priors."""
        b = 1.0 / _TIME_CONSTANT_S
        self._mean = np.array([b * _RESISTANCE, b, b * _AMBIENT_C])
        self._prior = np.diag(np.square([0.7 * b * _RESISTANCE, 0.7 * b, 0.7 * b * _AMBIENT_C]))
        self._covariance = self._prior.copy()
        self.temperature_c = math.nan
        self.seen_s = -math.inf
        self._time_s = math.nan
        self._power_w = math.nan
        self._start_c = math.nan
        self._sums = np.zeros(3)

    @property
    def coefficients(self) -> tuple[float, float, float]:
        """Return a (K/J), b (1/s) and c (K/s), kept physical."""
        a, b, c = (float(value) for value in self._mean)
        return max(a, 1e-4), min(max(b, 1e-3), 0.5), max(c, 0.0)

    def observe(self, time_s: float, temperature_c: float, power_w: float) -> None:
        """Take a reading.

        Args:
            time_s: of the reading.
            temperature_c: of the hottest zone (NaN: not read; the model goes on by itself).
            power_w: of the board, measured or expected (NaN: not known).
        """
        elapsed_s = time_s - self._time_s
        known = math.isfinite(temperature_c)
        if math.isnan(elapsed_s) or elapsed_s > _STEP_S or math.isnan(self.temperature_c):
            if known:
                self.temperature_c = temperature_c
                self._restart(temperature_c)
            self._time_s, self._power_w = time_s, power_w
            self.seen_s = time_s if known else self.seen_s
            return
        if elapsed_s <= 0:
            return
        mean_power = 0.5 * (self._power_w + power_w)
        if math.isnan(mean_power):
            mean_power = power_w if math.isnan(self._power_w) else self._power_w
        self._time_s, self._power_w = time_s, power_w
        a, b, c = self.coefficients
        before_c = self.temperature_c
        if math.isfinite(mean_power):
            self.temperature_c += elapsed_s * (a * mean_power - b * before_c + c)
        if not known:
            self._restart(math.nan)
            return
        share = 1.0 - (1.0 - _READING_SHARE) ** (elapsed_s / 0.1)
        self.temperature_c += share * (temperature_c - self.temperature_c)
        self.seen_s = time_s
        if math.isnan(mean_power) or math.isnan(self._start_c):
            self._restart(self.temperature_c)
            return
        middle_c = 0.5 * (before_c + self.temperature_c)
        self._sums += elapsed_s * np.array([mean_power, -middle_c, 1.0])
        if self._sums[2] >= _STEP_S:
            self._learn(self._sums, self.temperature_c - self._start_c)
            self._restart(self.temperature_c)

    def _restart(self, temperature_c: float) -> None:
        self._start_c = temperature_c
        self._sums = np.zeros(3)

    def _learn(self, sums: np.ndarray, rise_c: float) -> None:
        covariance = self._covariance + _FORGETTING * self._prior
        shared = covariance @ sums
        gain = shared / (sums @ shared + _EQUATION_DEVIATION**2)
        self._mean = self._mean + gain * (rise_c - sums @ self._mean)
        self._covariance = covariance - np.outer(gain, shared)

    def final_c(self, power_w: float) -> float:
        """Return the temperature that a constant power leads to (degree Celsius)."""
        a, b, c = self.coefficients
        return (a * power_w + c) / b

    def power_for(self, limit_c: float, horizon_s: float) -> float:
        """Return the power that leads to a temperature within a horizon (W, inf: never read)."""
        if math.isnan(self.temperature_c) or math.isinf(limit_c):
            return math.inf
        a, b, c = self.coefficients
        left = math.exp(-b * horizon_s)
        end_c = (limit_c - left * self.temperature_c) / (1.0 - left)
        return (end_c * b - c) / a
