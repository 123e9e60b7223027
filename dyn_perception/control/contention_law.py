# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How load by others slows a placement down."""

import math

import numpy as np

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


class ContentionLaw:
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
