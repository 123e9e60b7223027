# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From logits to calibrated probabilities."""

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Turn logits into probabilities: the softmax of logits / temperature over the last axis.

    Args:
        logits: [..., classes].
        temperature: above 0; larger makes the probabilities more equal (Guo et al. 2017,
            "On Calibration of Modern Neural Networks").
    """
    shifted = (logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature)
    exponentials = np.exp(shifted)
    scores: NDArray[np.float32] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return scores
