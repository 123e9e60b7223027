# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Temperatures that turn summed logits into probabilities (Guo et al. 2017)."""

import numpy as np
from numpy.typing import NDArray

from dyn_perception.training.measures import negative_log_likelihood

_GOLDEN = (5**0.5 - 1) / 2


def fit_temperature(
    logits: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    lowest: float = 0.05,
    highest: float = 20.0,
) -> float:
    """Return the temperature with the least negative log-likelihood.

    The likelihood has one minimum over the logarithm of the temperature, found by
    golden-section search to a relative width of 1e-4.

    Args:
        logits: summed logits of one width, [N, C].
        class_ids: the true classes, [N].
        lowest: least temperature considered.
        highest: highest temperature considered.
    """

    def loss(logarithm: float) -> float:
        return negative_log_likelihood(logits, class_ids, float(np.exp(logarithm)))

    low, high = np.log(lowest), np.log(highest)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    loss_left, loss_right = loss(left), loss(right)
    while high - low > 1e-4:
        if loss_left < loss_right:
            high, right, loss_right = right, left, loss_left
            left = high - _GOLDEN * (high - low)
            loss_left = loss(left)
        else:
            low, left, loss_left = left, right, loss_right
            right = low + _GOLDEN * (high - low)
            loss_right = loss(right)
    return float(np.exp((low + high) / 2))
