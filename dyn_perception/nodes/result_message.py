# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The result of a frame as a message."""

import numpy as np
from std_msgs.msg import Header

from dyn_perception.inference.pipeline import FrameResult
from dyn_perception.msg import OperatingPoint, PerceptionResult, ProcessorTime, RegionResult

MILLISECONDS = 1000.0


def result_message(
    result: FrameResult, header: Header, labels: tuple[str, ...]
) -> PerceptionResult:
    """Return what is known of one frame as a message; `header` is that of its image."""
    message = PerceptionResult(
        header=header,
        rows=result.rows,
        columns=result.columns,
        best_region=int(result.best_region),
        preprocessing_ms=result.preprocessing_s * MILLISECONDS,
        inference_ms=result.inference_s * MILLISECONDS,
    )
    message.host_excess_ms = result.host_excess_s * MILLISECONDS
    message.operating_point = OperatingPoint(
        width=result.width,
        groups_run=result.groups_run,
        stop_reason=int(result.stop_reason),
        placement=result.placement,
        expected_accuracy=float(result.expected_accuracy),
    )
    message.busy_time = [
        ProcessorTime(processor=processor, busy_s=busy_s)
        for processor, busy_s in result.busy_s.items()
    ]
    message.regions = [
        _region(index, result, labels) for index in range(result.rows * result.columns)
    ]
    return message


def _region(index: int, result: FrameResult, labels: tuple[str, ...]) -> RegionResult:
    class_id = int(result.class_ids[index])
    scores = np.ascontiguousarray(result.scores[index], dtype=np.float32)
    region = RegionResult(
        row=index // result.columns,
        column=index % result.columns,
        class_id=class_id,
        label=labels[class_id],
        score=float(scores[class_id]),
    )
    region.scores.frombytes(scores.data.cast('B'))
    return region
