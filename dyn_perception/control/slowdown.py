# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How much slower than profiled each placement runs, and what load by others has to do with it."""

import math

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.kalman_filter import JUMP_SCORE, KalmanFilter
from dyn_perception.control.profile_model import ProfileModel

# Load above which the law is not followed any further: 1/(1 - load) would grow without bound.
_HIGHEST_LOAD = 0.9
# Prior: time-sharing, exponent 1, more or less.
_EXPONENT_DEVIATION = 0.4
# Standard deviation of one pair of slowdown and load around the law.
_PAIR_DEVIATION = 0.06
# Variance that the slowdown without load gains a second, as boards and programs change.
_DRIFT = 0.0002


def load_feature(load: float) -> float:
    """Return -ln(1 - load): sharing a processor in time with that load costs 1/(1 - load)."""
    return -math.log1p(-min(max(load, 0.0), _HIGHEST_LOAD))


class ContentionModel:
    """Learns ln(slowdown) = base + exponent * -ln(1 - load by others) of one placement.

    Exponent 1 is time-sharing; processors that interleave (GPUs) or have spare cores have less.
    Fitted by recursive least squares with a prior (Ljung, "System Identification", 1999, chapter
    11). It serves placements that are not in use, of which there are no measurements, and says
    beforehand what a load just seen will do to the one in use.
    """

    def __init__(self, base_deviation: float) -> None:
        """Start from the prior.

        Args:
            base_deviation: of ln(slowdown) without load: the error of the profile.
        """
        self._mean = np.array([0.0, 1.0])
        self._covariance = np.diag([base_deviation**2, _EXPONENT_DEVIATION**2])

    def learn(self, log_slowdown: float, load: float, elapsed_s: float) -> None:
        """Take a pair that belongs together, some seconds after the one before."""
        self._covariance[0, 0] += _DRIFT * min(elapsed_s, 60.0)
        features = np.array([1.0, load_feature(load)])
        shared = self._covariance @ features
        gain = shared / (features @ shared + _PAIR_DEVIATION**2)
        self._mean = self._mean + gain * (log_slowdown - features @ self._mean)
        self._mean[1] = min(max(self._mean[1], 0.0), 3.0)
        self._covariance = self._covariance - np.outer(gain, shared)

    def predict(self, load: float) -> tuple[float, float]:
        """Return mean and variance of ln(slowdown) under a load."""
        features = np.array([1.0, load_feature(load)])
        variance = features @ self._covariance @ features + _PAIR_DEVIATION**2
        return float(features @ self._mean), float(variance)

    def difference(self, load: float, load_before: float) -> tuple[float, float]:
        """Return mean and variance of the change in ln(slowdown) from one load to another."""
        change = load_feature(load) - load_feature(load_before)
        return float(self._mean[1]) * change, float(self._covariance[1, 1]) * change * change


# Prior standard deviations of the errors of a profile, of ln(latency).
_COMMON_DEVIATION = 0.1
_WIDTH_DEVIATION = 0.03
_CLOCK_DEVIATION = 0.03
# The same where the table was not measured on the board.
_GUESSED_COMMON_DEVIATION = 1.5
_GUESSED_WIDTH_DEVIATION = 0.15
_GUESSED_CLOCK_DEVIATION = 0.2
# Clocks whose ln differs by less than this have much the same error.
_CLOCK_LENGTH = 0.5
# Noise of one frame, of ln(latency): to begin with, and limits of its estimate.
_NOISE_DEVIATION = 0.05
_NOISE_RANGE = (0.01**2, 0.5**2)
_PROCESS_NOISE = 0.004**2
# Weights of what is not known in the margin of a point, see `estimate`.
_CAUTION = 0.5
_EXPLORATION = 0.2
# Frames after a change that are not used to learn the law of contention.
_CALM_FRAMES = 12
# Change in -ln(1 - load) that is worth acting on before a frame shows it.
_WORTH_FORESEEING = 0.15
# A frame that is overdue is expected to take this much longer still, of ln(latency), +- as much.
_OVERDUE = 0.2
# Without news of a placement its slowdown goes back to what the law says within this time (s).
_FORGETTING_S = 10.0
# Going back to it too early, which shows in an ln(slowdown) that is so much higher than expected,
# doubles that time, up to a limit (s).
_TOO_EARLY = 0.15
_LONGEST_FORGETTING_S = 160.0
# A load is of no use after this time (s).
_LOAD_STALE_S = 2.0


class PlacementSlowdown:
    """ln(measured latency / profiled latency) of one placement, as a sum of three states.

    ln(slowdown) = common + error(width) + error(clock). ALERT (ATC 2020) uses one factor for all
    configurations; the errors of the profile are added here because they stay when contention
    goes, and would otherwise be taken for it whenever width or clock change. Logarithms, because
    contention, clocks and errors of the profile multiply, and a latency is never negative.

    Attributes:
        filter: the estimate.
        contention: slowdown under load by others.
        load: load by others as last seen (NaN: not known).
    """

    def __init__(self, model: ProfileModel, place: int) -> None:
        """Start from the profile."""
        self.rows = np.flatnonzero(model.table.placement_index == place)
        self._widths = len(model.distinct_widths)
        position = model.clock_position[place]
        self._clocks = len(position)
        distance = (position[:, None] - position[None, :]) / _CLOCK_LENGTH
        covariance = np.zeros((1 + self._widths + self._clocks,) * 2)
        profiled = model.is_profiled
        common = _COMMON_DEVIATION if profiled else _GUESSED_COMMON_DEVIATION
        width_deviation = _WIDTH_DEVIATION if profiled else _GUESSED_WIDTH_DEVIATION
        clock_deviation = _CLOCK_DEVIATION if profiled else _GUESSED_CLOCK_DEVIATION
        covariance[0, 0] = common**2
        wide = slice(1, 1 + self._widths)
        covariance[wide, wide] = width_deviation**2 * np.eye(self._widths)
        covariance[1 + self._widths :, 1 + self._widths :] = clock_deviation**2 * (
            np.exp(-0.5 * distance**2) + 0.02 * np.eye(self._clocks)
        )
        self.filter = KalmanFilter(covariance, _NOISE_DEVIATION**2, _NOISE_RANGE, _PROCESS_NOISE)
        self.contention = ContentionModel(common)
        self.load = math.nan
        self._load_when_measured = math.nan
        self._width_state = 1 + model.width_rank
        self._clock_state = 1 + self._widths + model.clock_bin
        self._cell = model.width_rank[self.rows] * self._clocks + model.clock_bin[self.rows]
        self._frames_since_change = _CALM_FRAMES
        self._became_slower = False
        self._measured_s = -math.inf
        self._learned_s = 0.0
        self._load_s = -math.inf
        self._forgetting_s = _FORGETTING_S
        self._was_forgotten = False
        self._mean = np.zeros(len(self.rows))
        self._margin = np.zeros(len(self.rows))
        self._outdated = True

    def states(self, row: int) -> tuple[int, int, int]:
        """Return the states of a point of the table."""
        return 0, int(self._width_state[row]), int(self._clock_state[row])

    def innovation(self, row: int, log_ratio: float) -> float:
        """Return how far a measurement at a point is from the expected."""
        return log_ratio - self.filter.predict(self.states(row))[0]

    def measure(self, row: int, log_ratio: float, time_s: float, noise_factor: float) -> None:
        """Take a frame that was run at a point of the table."""
        innovation = self.innovation(row, log_ratio)
        self.filter.update(self.states(row), log_ratio, noise_factor=noise_factor)
        if self._was_forgotten:
            # Back in use after the slowdown was forgotten: was that too early?
            longer_s = min(2.0 * self._forgetting_s, _LONGEST_FORGETTING_S)
            self._forgetting_s = longer_s if innovation > _TOO_EARLY else _FORGETTING_S
            self._was_forgotten = False
        self._frames_since_change = 0 if self.filter.jumped else self._frames_since_change + 1
        if self.filter.jumped:
            self._became_slower = innovation > 0
        self._measured_s = time_s
        if self.filter.jumped:
            self._load_when_measured = math.nan
        self._outdated = True

    def at_least(self, row: int, log_ratio: float) -> None:
        """Take that a frame at a point takes longer than it would at some ln(slowdown)."""
        mean, variance = self.filter.predict(self.states(row))
        excess = log_ratio - mean
        if excess * excess > JUMP_SCORE**2 * (variance + self.filter.noise) and excess > 0:
            self.filter.shift_common(excess + _OVERDUE, _OVERDUE**2)
            self._frames_since_change = 0
            self._became_slower = True
            self._outdated = True

    def see_load(self, load: float, start_s: float, end_s: float, in_use: bool) -> None:
        """Take the load by others over a window.

        In use, frames say more than the load: the pair of both teaches the law, and only a load
        that is newer than the last frame moves the estimate. Out of use, the law is all there is.
        """
        if math.isnan(load):
            return
        before = self._load_when_measured
        self.load, self._load_s = load, end_s
        self._was_forgotten = False
        self._forgetting_s = _FORGETTING_S
        self._outdated = True
        if not in_use:
            mean, variance = self.contention.predict(load)
            self.filter.replace_common(mean, variance)
            return
        newer_than_frames = start_s >= self._measured_s
        if not newer_than_frames:
            steady = abs(load_feature(load) - load_feature(before)) < _WORTH_FORESEEING / 2
            if steady and self._frames_since_change >= _CALM_FRAMES:
                self.contention.learn(float(self.filter.mean[0]), load, end_s - self._learned_s)
                self._learned_s = end_s
            self._load_when_measured = load
        elif not math.isnan(before):
            difference, variance = self.contention.difference(load, before)
            if abs(load_feature(load) - load_feature(before)) >= _WORTH_FORESEEING:
                self.filter.shift_common(difference, variance)
                self._load_when_measured = load

    def forget(self, time_s: float, elapsed_s: float) -> None:
        """Let time pass out of use: without any load seen, forget what was measured."""
        if time_s - self._load_s < _LOAD_STALE_S:
            return
        self._was_forgotten = True
        mean, variance = self.contention.predict(0.0)
        share = math.exp(-elapsed_s / self._forgetting_s)
        common = float(self.filter.mean[0])
        gained = (1 - share) * (common - mean) ** 2
        present = float(self.filter.covariance[0, 0])
        self.filter.replace_common(
            mean + share * (common - mean), share * present + (1 - share) * variance + gained
        )
        self._outdated = True

    @property
    def has_just_slowed_down(self) -> bool:
        """Whether it was noticed in the last frames that the placement has become slower."""
        return self._became_slower and self._frames_since_change < _CALM_FRAMES

    @property
    def common_deviation(self) -> float:
        """Standard deviation of ln(slowdown) for the next frame, errors of the profile apart."""
        return math.sqrt(max(float(self.filter.covariance[0, 0]), 0.0) + self.filter.noise)

    def estimate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and margin of ln(slowdown) at this placement's rows: [rows].

        The margin is added to the mean when a point is judged. How slow the placement
        is now may be overlooked at a cost, so its deviation is added (`_CAUTION`). How wrong the
        profile is about a width or clock is learned by trying it, once, and a wrong guess costs
        few frames: that deviation is subtracted (`_EXPLORATION`; optimism in the face of
        uncertainty: Lai and Robbins 1985, Auer et al., "Finite-time analysis of the multiarmed
        bandit problem", 2002).
        """
        if self._outdated:
            mean, covariance = self.filter.mean, self.filter.covariance
            split = 1 + self._widths
            grid = mean[1:split, None] + mean[None, split:]
            self._mean = (grid.ravel() + mean[0])[self._cell]
            diagonal = covariance.diagonal()
            own = diagonal[1:split] + 2 * covariance[0, 1:split]
            clock = diagonal[split:] + 2 * covariance[0, split:] + diagonal[0]
            spread = own[:, None] + clock[None, :] + 2 * covariance[1:split, split:]
            variance = spread.ravel()[self._cell]
            least = max(float(variance.min()), 0.0)
            self._margin = _CAUTION * math.sqrt(least) - _EXPLORATION * np.sqrt(variance - least)
            self._outdated = False
        return self._mean, self._margin
