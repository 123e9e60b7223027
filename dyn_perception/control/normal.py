# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The normal distribution."""

import math
from statistics import NormalDist

_STANDARD = NormalDist()
_ROOT_HALF = math.sqrt(0.5)


def below(score: float) -> float:
    """Probability that a standard normal variable is below a score (NaN for NaN)."""
    return 0.5 * math.erfc(-score * _ROOT_HALF)


def score_of(probability: float) -> float:
    """Score that a standard normal variable stays below with a probability, 0 < it < 1."""
    return _STANDARD.inv_cdf(probability)
