# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The result of a frame as a message, and drawn onto the frame for people."""

from array import array
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from dyn_perception.images.grid import grid_cells
from dyn_perception.inference.pipeline import FrameResult
from dyn_perception.msg import OperatingPoint, PerceptionResult, ProcessorTime, RegionResult

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT = 22  # pixels of a capital letter with its margin at scale 1
_BEST = (0, 255, 255)
_OTHER = (255, 255, 255)
_BACKGROUND = (0, 0, 0)


def draw_overlay(
    image: NDArray[np.uint8], rows: int, columns: int, texts: Sequence[str], best: int
) -> NDArray[np.uint8]:
    """Return a copy of a BGR image, [H, W, 3], with one text a region (row by row).

    The best region's text is yellow. Small images are enlarged so that the texts can be read.
    """
    enlarge = max(1, round(320 / image.shape[1]))
    canvas = cv2.resize(image, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_NEAREST)
    height, width = canvas.shape[:2]
    cells = grid_cells(height, width, rows, columns)
    for index, (text, (vertical, horizontal)) in enumerate(zip(texts, cells, strict=True)):
        left, right = horizontal.start, horizontal.stop
        top, bottom = vertical.start, vertical.stop
        colour = _BEST if index == best else _OTHER
        if len(texts) > 1:
            cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), _OTHER, 1)
        (text_width, _), _ = cv2.getTextSize(text, _FONT, 1.0, 1)
        scale = min(0.7, 0.9 * (right - left) / text_width, 0.4 * (bottom - top) / _FONT_HEIGHT)
        baseline = top + int(scale * _FONT_HEIGHT) + 4
        for line, thickness in ((_BACKGROUND, 3), (colour, 1)):
            cv2.putText(
                canvas, text, (left + 4, baseline), _FONT, scale, line, thickness, cv2.LINE_AA
            )
    return np.asarray(canvas, np.uint8)


MILLISECONDS = 1000.0


class ResultMessages:
    """Fills one message again and again: making its parts anew costs each frame 15 us or more."""

    def __init__(self, labels: tuple[str, ...], start_id: int) -> None:
        """Take the names of the classes, and the identity of the node's start."""
        self._labels = labels
        self._message = PerceptionResult(start_id=start_id, operating_point=OperatingPoint())

    def fill(self, result: FrameResult, header: Header) -> PerceptionResult:
        """Return what is known of one frame; the next call changes the same message.

        Args:
            result: of the frame.
            header: of its image.
        """
        message = self._message
        if (message.rows, message.columns) != (result.rows, result.columns):
            message.rows, message.columns = result.rows, result.columns
            message.regions = _regions(result.rows, result.columns)
        message.header = header
        message.best_region = int(result.best_region)
        message.preprocessing_ms = result.preprocessing_s * MILLISECONDS
        message.inference_ms = result.inference_s * MILLISECONDS
        message.host_excess_ms = result.host_excess_s * MILLISECONDS
        point = message.operating_point
        point.width = result.width
        point.groups_run = result.groups_run
        point.stop_reason = int(result.stop_reason)
        point.placement = result.placement
        point.expected_accuracy = float(result.expected_accuracy)
        self._fill_times(result.busy_s)
        self._fill_regions(result)
        return message

    def _fill_times(self, busy_s: dict[str, float]) -> None:
        times = self._message.busy_time
        if [time.processor for time in times] != list(busy_s):
            self._message.busy_time = [ProcessorTime(processor=name) for name in busy_s]
            times = self._message.busy_time
        for time, seconds in zip(times, busy_s.values(), strict=True):
            time.busy_s = seconds

    def _fill_regions(self, result: FrameResult) -> None:
        scores = np.ascontiguousarray(result.scores, dtype=np.float32)
        best = scores.max(axis=1).tolist()
        class_ids = result.class_ids.tolist()
        for index, region in enumerate(self._message.regions):
            region.class_id = class_ids[index]
            region.label = self._labels[class_ids[index]]
            region.score = best[index]
            region.scores = array('f', scores[index].tobytes())


def _regions(rows: int, columns: int) -> list[RegionResult]:
    return [
        RegionResult(row=row, column=column) for row in range(rows) for column in range(columns)
    ]
