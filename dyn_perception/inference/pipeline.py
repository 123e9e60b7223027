# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From a camera image to the classes of its regions."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.images.decoding import EncodedImage, RawImage, decode_image
from dyn_perception.inference.affinity import on_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.placement import Placement
from dyn_perception.inference.preprocessing import Preprocessor
from dyn_perception.inference.stopping import (
    FrameLimits,
    StopReason,
    StopRule,
    TimeEstimate,
    softmax,
)
from dyn_perception.network.bundle import Bundle

__all__ = ['FrameLimits', 'FrameResult', 'Pipeline', 'PipelineFactory', 'StopReason']


@dataclass(frozen=True)
class FrameResult:
    """The classes of one frame.

    Attributes:
        rows: rows of the grid of regions.
        columns: columns of the grid.
        scores: calibrated probabilities, float32 [rows * columns, classes], row by row.
        class_ids: most probable class of each region, int64 [rows * columns].
        best_region: index of the region with the highest score.
        width: upper bound on the groups.
        groups_run: groups that were run.
        stop_reason: why no further group was run.
        placement: name of the placement that ran the network.
        expected_accuracy: top-1 that the bundle states for groups_run, NaN if not measured.
        preprocessing_s: decoding, cutting, resizing and normalising (s).
        inference_s: running the groups and turning their sum into scores (s).
        busy_s: time that each processor worked on the frame (s).
        host_excess_s: on a simulated board, time by which this machine was slower than the
            modelled one (s); NaN on a real board.
    """

    rows: int
    columns: int
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    best_region: int
    width: int
    groups_run: int
    stop_reason: StopReason
    placement: str
    expected_accuracy: float
    preprocessing_s: float
    inference_s: float
    busy_s: dict[str, float]
    host_excess_s: float


class Pipeline:
    """Decodes, cuts, normalises and classifies frames. Not safe for several threads at once.

    Attributes:
        placement: where the network runs.
    """

    def __init__(self, bundle: Bundle, engine: Engine, regions: tuple[int, int] = (1, 1)) -> None:
        """Prepare the buffers and warm the engine up.

        OpenCV gets as many threads, in the whole process, as the engine has: it would take all
        cores of a board whose other programs need them.

        Args:
            bundle: the network that the engine has loaded.
            engine: the engine.
            regions: rows and columns of the grid that a frame is cut into.

        Raises:
            ImageError: if the grid has no region.
            EngineError: if running the network fails.
        """
        manifest = bundle.manifest
        self._temperatures = tuple(figures.temperature for figures in manifest.widths)
        self._accuracies = tuple(
            manifest.expected_accuracy(figures.width) for figures in manifest.widths
        )
        self._engine = engine
        self.placement = engine.placement
        self._preprocessor = Preprocessor(manifest.input, regions)
        # With one thread all work is done in the caller's, whose time leaves out the node's
        # other threads.
        self._clock = time.thread_time if engine.threads == 1 else time.process_time
        cv2.setNumThreads(engine.threads)
        self._group_time = TimeEstimate()
        self._delivery_time = TimeEstimate()
        warm = engine.warm_up(self._preprocessor.rows * self._preprocessor.columns)
        self._learn(warm.group_seconds)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()

    def run(self, image: RawImage | EncodedImage, limits: FrameLimits) -> FrameResult:
        """Classify the regions of one image.

        Args:
            image: the image.
            limits: what ends the frame; its first group is always run.

        Raises:
            ImageError: if the image cannot be decoded or is smaller than the grid.
            EngineError: if the width is out of range or running the network fails.
        """
        start = time.perf_counter()
        busy_start = self._clock()
        batch = self._preprocessor(decode_image(image))
        preprocessed = time.perf_counter()
        stop = StopRule(limits, self._temperatures, self._group_time, self._delivery_time)
        result = self._engine.run(batch, limits.width, stop)
        scores = softmax(result.logits, self._temperatures[result.groups_run - 1])
        class_ids = scores.argmax(axis=1)
        best_region = int(scores.max(axis=1).argmax())
        self._learn(result.group_seconds)
        end = time.perf_counter()
        return FrameResult(
            rows=self._preprocessor.rows,
            columns=self._preprocessor.columns,
            scores=scores,
            class_ids=class_ids,
            best_region=best_region,
            width=limits.width,
            groups_run=result.groups_run,
            stop_reason=result.stop_reason,
            placement=self.placement.name,
            expected_accuracy=self._accuracies[result.groups_run - 1],
            preprocessing_s=preprocessed - start,
            inference_s=end - preprocessed,
            busy_s=self._engine.busy_times(self._clock() - busy_start),
            host_excess_s=self._engine.host_excess_s,
        )

    def note_delivery(self, seconds: float) -> None:
        """Learn how long it took from the end of `run` to the published result (s)."""
        self._delivery_time.add(seconds)

    def _learn(self, group_seconds: tuple[float, ...]) -> None:
        for seconds in group_seconds:
            self._group_time.add(seconds)


@dataclass(frozen=True)
class PipelineFactory:
    """Makes pipelines that differ only in their placement.

    Attributes:
        bundle: the network.
        create_engine: loads it into an engine for a placement.
        regions: rows and columns of the grid that a frame is cut into.
    """

    bundle: Bundle
    create_engine: Callable[[Placement], Engine]
    regions: tuple[int, int] = (1, 1)

    def make(self, placement: Placement) -> Pipeline:
        """Return a pipeline that is ready for its first frame.

        The threads of its libraries run on the cores of the placement; the one that calls
        `Pipeline.run` has to be put there by `set_thread_cores`.

        Raises:
            BundleError: if a file of the bundle was changed.
            EngineError: if the network cannot be loaded or run there.
        """
        return on_cores(placement.processors[0].cores, lambda: self._make(placement))

    def _make(self, placement: Placement) -> Pipeline:
        engine = self.create_engine(placement)
        try:
            return Pipeline(self.bundle, engine, self.regions)
        except BaseException:
            engine.close()
            raise
