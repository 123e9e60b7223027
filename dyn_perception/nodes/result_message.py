# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The result of a frame as a message."""

from array import array

import numpy as np
from std_msgs.msg import Header

from dyn_perception.inference.pipeline import FrameResult
from dyn_perception.msg import OperatingPoint, PerceptionResult, ProcessorTime, RegionResult

MILLISECONDS = 1000.0


class ResultMessages:
    """Fills one message again and again: making its parts anew costs each frame 15 us or more."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        """Take the names of the classes."""
        self._labels = labels
        self._message = PerceptionResult(operating_point=OperatingPoint())

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
