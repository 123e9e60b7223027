# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A Kalman filter for a quantity that changes fast on top of errors that stay."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Forgetting factor of the adaptive process noise, ALERT's value.
_FORGETTING = 0.3
# Innovation, in standard deviations, from which on something has changed: the chance of such noise
# is below 1 in 2000.
JUMP_SCORE = 3.5
# Share of each squared innovation in the estimate of the measurement noise.
_NOISE_SHARE = 0.02


class KalmanFilter:
    """Estimates states of which each measurement shows a weighted sum of a few.

    State 0 is what changes at run time (contention, power of other programs); the others are
    errors of the profile (of a width, of a clock), which stay. One Kalman filter over all of them
    tells the two apart: at one point only the sum is seen, but what is learned there carries over
    to other points as far as they share states.

    As in ALERT (Wan et al., "ALERT: Accurate Learning for Energy and Timeliness", USENIX ATC
    2020, section 3.3), the process noise of state 0 follows the corrections that were made:
    Q(n) = max(Q0, a Q(n-1) + (1-a) (K(n-1) y(n-1))^2). Beyond it

    - an innovation of more than `JUMP_SCORE` standard deviations is taken for a change, not for
      noise: its square is added to the variance of state 0 before the update, so that the
      estimate is there after one measurement and its variance says that it is new;
    - the measurement noise R is estimated from the innovations (Mehra, "On the identification of
      variances and adaptive Kalman filtering", IEEE Trans. Automatic Control 15(2), 1970), each
      limited to three deviations, so that single outliers do not spoil it.

    Attributes:
        mean: [states].
        covariance: [states, states].
        noise: variance of one measurement.
        jumped: whether the last measurement was taken for a change.
    """

    def __init__(
        self,
        covariance: NDArray[np.float64],
        noise: float,
        noise_range: tuple[float, float],
        least_process_noise: float,
    ) -> None:
        """Start from states of mean 0.

        Args:
            covariance: [states, states] prior.
            noise: variance of a measurement to begin with.
            noise_range: limits of its estimate.
            least_process_noise: Q0, variance that state 0 gains from one measurement to the next.
        """
        self.mean = np.zeros(len(covariance))
        self.covariance = covariance.copy()
        self.noise = min(max(noise, noise_range[0]), noise_range[1])
        self.jumped = False
        self._noise_range = noise_range
        self._least_process_noise = least_process_noise
        self._process_noise = least_process_noise

    def predict(self, states: Sequence[int]) -> tuple[float, float]:
        """Return mean and variance (without noise) of the sum of some states."""
        mean = variance = 0.0
        value, shared = self.mean.item, self.covariance.item
        for number, state in enumerate(states):
            mean += value(state)
            variance += shared(state, state)
            for other in states[:number]:
                variance += 2.0 * shared(state, other)
        return mean, variance

    def update(
        self,
        states: Sequence[int],
        value: float,
        weights: Sequence[float] | None = None,
        noise_factor: float = 1.0,
    ) -> None:
        """Take a measurement of the weighted sum of some states, of which state 0 is one.

        Args:
            states: indices, beginning with 0.
            value: measured, finite.
            weights: of the states, that of state 0 being 1 (default: all 1).
            noise_factor: how much noisier than usual this measurement is (variance).
        """
        covariance = self.covariance
        covariance[0, 0] += self._process_noise
        if weights is None:
            shared = covariance[states[0]].copy()
            for state in states[1:]:
                shared += covariance[state]
            expected = sum(self.mean[state] for state in states)
            variance = float(sum(shared[state] for state in states))
        else:
            chosen = list(states)
            factors = np.asarray(weights)
            shared = factors @ covariance[chosen]
            expected = factors @ self.mean[chosen]
            variance = float(factors @ shared[chosen])
        innovation = value - float(expected)
        square = innovation * innovation
        noise = self.noise * noise_factor
        total = variance + noise
        self.jumped = square > JUMP_SCORE * JUMP_SCORE * total
        limited = min(square, 9.0 * total)
        if self.jumped:
            covariance[0, 0] += square
            shared[0] += square
            total += square
        gain = shared / total
        self.mean += gain * innovation
        covariance -= gain[:, None] * shared
        if not self.jumped:
            correction = float(gain[0]) * innovation
            self._process_noise = max(
                self._least_process_noise,
                _FORGETTING * self._process_noise + (1 - _FORGETTING) * correction * correction,
            )
        if noise_factor == 1.0:
            lowest, highest = self._noise_range
            estimate = self.noise + _NOISE_SHARE * (limited - variance - self.noise)
            self.noise = min(max(estimate, lowest), highest)

    def replace_common(self, mean: float, variance: float) -> None:
        """Set state 0 to what is known of it from elsewhere, the others staying as they are."""
        self.mean[0] = mean
        self.covariance[0, :] = 0.0
        self.covariance[:, 0] = 0.0
        self.covariance[0, 0] = variance

    def shift_common(self, difference: float, variance: float) -> None:
        """Move state 0 by an expected change, which is uncertain itself."""
        self.mean[0] += difference
        self.covariance[0, 0] += variance

    @property
    def noise_deviation(self) -> float:
        """Standard deviation of one measurement."""
        return math.sqrt(self.noise)
