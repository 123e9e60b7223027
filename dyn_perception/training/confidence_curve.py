# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What is gained and lost when images stop at the width whose answer is sure enough."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.stopping import softmax
from dyn_perception.network.bundle import Bundle
from dyn_perception.training.evaluation import width_logits

THRESHOLDS = tuple(
    float(threshold) for threshold in np.round(1 - np.geomspace(0.7, 0.0005, 48), 5)
)
"""Scores that are tried, closest together where nearly every answer is sure."""


@dataclass(frozen=True)
class CurvePoint:
    """One threshold on many images, each of which is a frame of its own.

    Attributes:
        threshold: score from which on an answer is sure, as `confidence_exit`; 0: none is.
        top1: accuracy, 0...1.
        macs: mean multiply-accumulate operations of an image.
        groups: mean groups that were run.
    """

    threshold: float
    top1: float
    macs: float
    groups: float


@dataclass(frozen=True)
class ExitTable:
    """What every width says about every image.

    Attributes:
        scores: highest calibrated score, float32 [widths, images].
        is_right: whether its class is the true one, bool [widths, images].
        macs: of each width, [widths].
    """

    scores: NDArray[np.float32]
    is_right: NDArray[np.bool_]
    macs: NDArray[np.float64]

    def at(self, threshold: float) -> CurvePoint:
        """Return what stopping at a threshold gives; 0 never stops."""
        is_sure = self.scores >= threshold if threshold else np.zeros_like(self.is_right)
        is_sure[-1] = True  # there is no further group
        width = is_sure.argmax(axis=0)
        return CurvePoint(
            threshold=threshold,
            top1=float(self.is_right[width, np.arange(width.size)].mean()),
            macs=float(self.macs[width].mean()),
            groups=float(width.mean() + 1),
        )

    def curve(self, thresholds: Sequence[float] = THRESHOLDS) -> list[CurvePoint]:
        """Return the points of many thresholds and, last, that of the full width."""
        return [self.at(threshold) for threshold in (*thresholds, 0.0)]


def exit_table(bundle: Bundle, engine: Engine, images: LabelledImages) -> ExitTable:
    """Run every group once on every image.

    Args:
        bundle: the trained network.
        engine: that runs it.
        images: of the network's input size and classes.
    """
    widths = bundle.manifest.widths
    scores, is_right = [], []
    for figures, logits in zip(widths, width_logits(bundle, engine, images), strict=True):
        probabilities = softmax(logits, figures.temperature)
        scores.append(probabilities.max(axis=1))
        is_right.append(probabilities.argmax(axis=1) == images.class_ids)
    macs = np.array([figures.macs for figures in widths], np.float64)
    return ExitTable(np.array(scores), np.array(is_right), macs)


def cheapest_within(curve: Sequence[CurvePoint], loss: float) -> CurvePoint:
    """Return the point with the fewest operations that loses at most `loss` of top-1 (0...1).

    It is lost against the full width, the last point of the curve, which always qualifies.
    """
    least = curve[-1].top1 - loss
    return min((point for point in curve if point.top1 >= least), key=lambda point: point.macs)
