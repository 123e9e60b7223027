# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a model answers to one image."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.policy import FrameObservation
from dyn_perception.inference.pipeline import FrameResult, StopReason


@dataclass(frozen=True, eq=False)
class RegionClass:
    """The class of one region of an image.

    Attributes:
        row: of the grid of regions, from 0.
        column: of the grid, from 0.
        label: name of the most probable class.
        score: its calibrated probability, 0...1.
        class_id: its index in `Model.labels`.
        scores: calibrated probability of every class, float32 [classes], read-only.
    """

    row: int
    column: int
    label: str
    score: float
    class_id: int
    scores: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Classification:
    """The class of an image, how it was found, and how long that took.

    Attributes:
        label: name of the most probable class; of several regions, that of the surest one.
        score: its calibrated probability, 0...1.
        class_id: its index in `Model.labels`.
        scores: calibrated probability of every class, float32 [classes], read-only.
        regions: the class of each region, row by row; one where the image was not divided.
        width: most that might run.
        width_run: width whose answer this is, 1...width; below `width` if it stopped earlier.
        stop_reason: why no more was run.
        expected_accuracy: stated top-1 of `width_run`, 0...1 (NaN: not measured).
        placement: where the network ran.
        preprocessing_s: cutting, resizing and normalising (s).
        inference_s: the network, up to the scores (s).
        start_s: when the model was called, on the clock of `time.monotonic` (s).
        end_s: when it had the answer, on the same clock (s).
        busy_s: time that each CPU cluster or GPU worked, by its name as `Board` has it (s).
    """

    label: str
    score: float
    class_id: int
    scores: NDArray[np.float32] = field(repr=False)
    regions: tuple[RegionClass, ...] = field(repr=False)
    width: int
    width_run: int
    stop_reason: StopReason
    expected_accuracy: float
    placement: str
    preprocessing_s: float
    inference_s: float
    start_s: float = field(repr=False)
    end_s: float = field(repr=False)
    busy_s: Mapping[str, float] = field(repr=False)

    @property
    def latency_s(self) -> float:
        """Time from the call to the answer (s)."""
        return self.end_s - self.start_s

    def observation(
        self, arrival_s: float | None = None, *, dropped: int = 0, camera: str = ''
    ) -> FrameObservation:
        """Return what a policy is to know of this frame.

        Args:
            arrival_s: when the image was there, on the clock of `time.monotonic` (s); None: when
                the model was called.
            dropped: images of the camera that were skipped since its previous result.
            camera: which took it, where several share the model.
        """
        arrival_s = self.start_s if arrival_s is None else arrival_s
        return FrameObservation(
            time_s=self.end_s,
            latency_s=self.end_s - arrival_s,
            width=self.width,
            placement=self.placement,
            groups_run=self.width_run,
            queueing_s=max(self.start_s - arrival_s, 0.0),
            dropped=dropped,
            busy_s=self.busy_s,
            camera=camera,
        )


def classification(
    result: FrameResult,
    labels: tuple[str, ...],
    start_s: float,
    end_s: float,
    busy_s: Mapping[str, float],
) -> Classification:
    """Return the result of a pipeline in the terms of a Python user.

    Args:
        result: of a pipeline.
        labels: name of each class.
        start_s: when the model was called (s).
        end_s: when the pipeline was done (s).
        busy_s: time that each processor of the board worked (s).
    """
    result.scores.setflags(write=False)
    regions = tuple(
        RegionClass(
            row=index // result.columns,
            column=index % result.columns,
            label=labels[class_id],
            score=float(scores[class_id]),
            class_id=class_id,
            scores=scores,
        )
        for index, (class_id, scores) in enumerate(
            zip(result.class_ids.tolist(), result.scores, strict=True)
        )
    )
    best = regions[result.best_region]
    return Classification(
        label=best.label,
        score=best.score,
        class_id=best.class_id,
        scores=best.scores,
        regions=regions,
        width=result.width,
        width_run=result.groups_run,
        stop_reason=result.stop_reason,
        expected_accuracy=result.expected_accuracy,
        placement=result.placement,
        preprocessing_s=result.preprocessing_s,
        inference_s=result.inference_s,
        start_s=start_s,
        end_s=end_s,
        busy_s=dict(busy_s),
    )
