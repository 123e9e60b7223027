# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How good a bundle is on labelled images, through the engine that a robot runs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.inference.engine import Engine
from dyn_perception.network.bundle import Bundle
from dyn_perception.training.measures import expected_calibration_error, top1_accuracy

_BATCH = 100


def width_logits(
    bundle: Bundle, engine: Engine, images: LabelledImages
) -> Iterator[NDArray[np.float32]]:
    """Yield the summed logits [N, C] of width 1, 2, ... groups; each group runs once."""
    total = np.zeros((len(images), len(bundle.manifest.labels)), np.float32)
    for group in range(1, bundle.manifest.groups + 1):
        total = total + np.concatenate(
            [engine.run_group(group, batch).copy() for batch in _batches(bundle, images)]
        )
        yield total


def evaluate(bundle: Bundle, engine: Engine, images: LabelledImages) -> list[dict[str, Any]]:
    """Measure every width.

    Args:
        bundle: the trained network.
        engine: that runs it.
        images: of the network's input size and classes.

    Returns:
        For each width: `width`, `top1` 0...1, `macs`, `params`, `bytes` and `ece`, the expected
        calibration error 0...1.
    """
    return [
        {
            'width': figures.width,
            'top1': top1_accuracy(logits, images.class_ids),
            'macs': figures.macs,
            'params': figures.params,
            'bytes': figures.bytes,
            'ece': expected_calibration_error(logits, images.class_ids, figures.temperature),
        }
        for figures, logits in zip(
            bundle.manifest.widths, width_logits(bundle, engine, images), strict=True
        )
    ]


def _batches(bundle: Bundle, images: LabelledImages) -> Iterator[NDArray[np.float32]]:
    mean = np.asarray(bundle.manifest.input.mean, np.float32)
    std = np.asarray(bundle.manifest.input.std, np.float32)
    for start in range(0, len(images), _BATCH):
        pixels = images.images[start : start + _BATCH].astype(np.float32) / 255
        yield np.ascontiguousarray(((pixels - mean) / std).transpose(0, 3, 1, 2))
