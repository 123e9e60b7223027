# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How good predictions are, from logits."""

import numpy as np
from numpy.typing import NDArray


def top1_accuracy(logits: NDArray[np.float32], class_ids: NDArray[np.int64]) -> float:
    """Return the share of rows of `logits` [N, C] whose highest entry is the class, 0...1."""
    return float((logits.argmax(1) == class_ids).mean())


def log_probabilities(
    logits: NDArray[np.float32], temperature: float = 1.0
) -> NDArray[np.float64]:
    """Return the logarithm of softmax(logits / temperature), [N, C]."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(1, keepdims=True)
    result: NDArray[np.float64] = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
    return result


def negative_log_likelihood(
    logits: NDArray[np.float32], class_ids: NDArray[np.int64], temperature: float = 1.0
) -> float:
    """Return the mean negative log-likelihood of the classes (nats)."""
    logarithms = log_probabilities(logits, temperature)
    return float(-logarithms[np.arange(len(class_ids)), class_ids].mean())


def expected_calibration_error(
    logits: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    temperature: float = 1.0,
    bins: int = 15,
) -> float:
    """Return the expected calibration error, 0...1 (Guo et al. 2017, equal-width bins).

    It is the mean gap between confidence and accuracy over bins of confidence, weighted by
    the share of images in each.
    """
    probabilities = np.exp(log_probabilities(logits, temperature))
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == class_ids
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(error)
