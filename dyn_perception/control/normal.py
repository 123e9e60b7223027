# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The normal distribution."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_STANDARD = NormalDist()
_ROOT_HALF = math.sqrt(0.5)
_SCORES = np.linspace(-5.0, 5.0, 201)
_BELOW = np.array([_STANDARD.cdf(score) for score in _SCORES])


def below(score: float) -> float:
    """Probability that a standard normal variable is below a score (NaN for NaN)."""
    return 0.5 * math.erfc(-score * _ROOT_HALF)


def below_each(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `below` of many scores, within 0.0002 (interpolated: NumPy has no such function)."""
    return np.asarray(np.interp(scores, _SCORES, _BELOW))


def score_of(probability: float) -> float:
    """Score that a standard normal variable stays below with a probability, 0 < it < 1."""
    return _STANDARD.inv_cdf(probability)
