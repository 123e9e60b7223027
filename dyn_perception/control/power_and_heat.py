# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How much power each operating point draws, and how warm that makes the board."""

import math

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.kalman_filter import KalmanFilter
from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.processors.names import processors_of

# Prior standard deviations: power of other programs and the board's own spread (W, as a share of
# the profile's mean), and relative errors of the profile: of all, a placement, a width, a clock.
_OFFSET_SHARE = 0.1
_SCALE_DEVIATION = 0.1
_PLACEMENT_DEVIATION = 0.06
_WIDTH_DEVIATION = 0.03
_CLOCK_DEVIATION = 0.05
_CLOCK_LENGTH = 0.4
# Noise of a reading and drift of the offset between readings, as shares of the mean power.
_NOISE_SHARE = 0.03
_NOISE_RANGE = (0.005, 0.3)
_DRIFT_SHARE = 0.004


class ProfiledPower:
    """Mean power of all points by the profile, at a frame rate and under load by others.

    A processor is busy for the network's own work, as long as the profile says (however long
    others stretch it: shared in time, the processor does theirs meanwhile), and for others' work;
    both draw what work draws at its clock. ALERT (ATC 2020) writes the same for one program as
    E = p t + phi p (T - t) with phi the idle share of the power.

    Attributes:
        power_w: [points].
    """

    def __init__(self, model: ProfileModel) -> None:
        """Prepare for a table."""
        self._place = model.table.placement_index
        self._loads: tuple[float, ...] = ()
        self._target_fps = math.nan
        self._idle_w: NDArray[np.float64] | None = None
        self.power_w = model.idle_w
        # Work on a processor whose clock is left free is done at the highest; placements that
        # share several draw what those do.
        placements = model.table.placements
        self._free_w = np.zeros(len(placements))
        self._uses = np.array(
            [[float(name in processors_of(place)) for name in placements] for place in placements]
        )
        for place in np.flatnonzero(self._uses.diagonal()).tolist():
            rows = np.flatnonzero(self._place == place)
            fastest = rows[np.argmax(model.clock[rows])]
            self._free_w[place] = model.busy_w[fastest] - model.idle_w[fastest]

    def update(
        self,
        idle_w: NDArray[np.float64],
        busy_w: NDArray[np.float64],
        latency_s: NDArray[np.float64],
        target_fps: float,
        loads: tuple[float, ...],
    ) -> None:
        """Compute `power_w` from arrays of [points] and the load by others at each placement."""
        if (loads, target_fps) == (self._loads, self._target_fps) and idle_w is self._idle_w:
            return
        self._loads, self._target_fps, self._idle_w = loads, target_fps, idle_w
        others = np.array([0.0 if math.isnan(load) else load for load in loads])
        use = np.minimum(latency_s * target_fps + others[self._place], 1.0)
        elsewhere_w = others * self._free_w
        elsewhere_w = elsewhere_w.sum() - self._uses @ elsewhere_w
        self.power_w = idle_w + (busy_w - idle_w) * use + elsewhere_w[self._place]


class PowerEstimate:
    """Measured power = offset + profiled power * (1 + errors of the profile).

    The offset is what other programs draw, and jumps as they come and go; the errors (overall, of
    a placement, a width, a clock) stay. POET (Imes et al., RTAS 2015) trusts its table for cost;
    ALERT filters one idle ratio. Both are parts of this.

    Attributes:
        measured_w: last measured power (NaN: none yet, or the sensor is gone).
    """

    def __init__(self, model: ProfileModel) -> None:
        """Start from the profile."""
        table = model.table
        level = float(np.mean(model.busy_w))
        widths, places = len(model.distinct_widths), len(table.placements)
        sizes = [len(position) for position in model.clock_position]
        first_clock = 2 + places + places * widths + np.cumsum([0, *sizes])
        covariance = np.zeros((int(first_clock[-1]),) * 2)
        covariance[0, 0] = (_OFFSET_SHARE * level) ** 2
        covariance[1, 1] = _SCALE_DEVIATION**2
        placement_states = np.arange(2, 2 + places)
        width_states = np.arange(2 + places, 2 + places + places * widths)
        covariance[placement_states, placement_states] = _PLACEMENT_DEVIATION**2
        covariance[width_states, width_states] = _WIDTH_DEVIATION**2
        for number, position in enumerate(model.clock_position):
            block = slice(int(first_clock[number]), int(first_clock[number + 1]))
            distance = (position[:, None] - position[None, :]) / _CLOCK_LENGTH
            covariance[block, block] = _CLOCK_DEVIATION**2 * np.exp(-0.5 * distance**2)
        place = table.placement_index
        self._states = np.stack(
            [
                np.ones(len(table), dtype=np.int64),
                2 + place,
                2 + places + place * widths + model.width_rank,
                first_clock[place] + model.clock_bin,
            ]
        )
        self._filter = KalmanFilter(
            covariance,
            (_NOISE_SHARE * level) ** 2,
            ((_NOISE_RANGE[0] * level) ** 2, (_NOISE_RANGE[1] * level) ** 2),
            (_DRIFT_SHARE * level) ** 2,
        )
        self._factor = np.ones(len(table))
        self.measured_w = math.nan

    def measure(self, row: int, profiled_w: float, power_w: float) -> None:
        """Take the power measured while a point was in force.

        Args:
            row: the point.
            profiled_w: its mean power by the profile (W).
            power_w: measured (W).
        """
        states = (0, *self._states[:, row].tolist())
        weights = (1.0, *(profiled_w,) * 4)
        self._filter.update(states, power_w - profiled_w, weights)
        errors = self._filter.mean
        self._factor = np.maximum(1.0 + errors[self._states].sum(axis=0), 0.1)

    @property
    def offset_w(self) -> float:
        """Power that does not come from the point: other programs (W)."""
        return float(self._filter.mean[0])

    @property
    def factor(self) -> NDArray[np.float64]:
        """Power over profiled power of each point, offset apart: [points]."""
        return self._factor


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
