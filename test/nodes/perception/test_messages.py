# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Results of frames as messages, of which one is filled again and again."""

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from dyn_perception.inference.pipeline import FrameResult, StopReason
from dyn_perception.msg import PerceptionResult
from dyn_perception.nodes.perception.messages import ResultMessages

LABELS = ('cat', 'dog', 'ship')

START_ID = 2**64 - 1


def result(rows: int, columns: int, seed: int, busy_s: dict[str, float]) -> FrameResult:
    scores = np.random.default_rng(seed).dirichlet(np.ones(3), rows * columns).astype(np.float32)
    return FrameResult(
        rows=rows,
        columns=columns,
        scores=scores,
        class_ids=scores.argmax(axis=1),
        best_region=int(scores.max(axis=1).argmax()),
        width=4,
        groups_run=1 + seed,
        stop_reason=StopReason.DEADLINE,
        placement='+'.join(busy_s),
        expected_accuracy=0.5,
        preprocessing_s=0.001,
        inference_s=0.002,
        busy_s=busy_s,
        host_excess_s=float('nan'),
    )


def test_nothing_of_an_earlier_frame_stays() -> None:
    messages = ResultMessages(LABELS, START_ID)
    frames = [
        result(2, 3, 0, {'cpu': 0.1}),
        result(1, 1, 1, {'cpu:0': 0.2, 'cpu:1': 0.3}),
        result(2, 3, 2, {'gpu': 0.4}),
        result(2, 3, 0, {'gpu': 0.5}),
    ]
    for number, frame in enumerate(frames):
        header = Header(frame_id=str(number))
        data = serialize_message(messages.fill(frame, header))
        message = deserialize_message(data, PerceptionResult)
        assert message.header == header
        assert (message.rows, message.columns) == (frame.rows, frame.columns)
        assert message.best_region == frame.best_region
        assert message.operating_point.groups_run == frame.groups_run
        assert message.operating_point.placement == frame.placement
        times = {time.processor: time.busy_s for time in message.busy_time}
        assert times == frame.busy_s
        places = [(region.row, region.column) for region in message.regions]
        assert places == [
            (row, column) for row in range(frame.rows) for column in range(frame.columns)
        ]
        for region, scores in zip(message.regions, frame.scores, strict=True):
            np.testing.assert_array_equal(np.array(region.scores, np.float32), scores)
            assert region.label == LABELS[scores.argmax()]
            assert region.score == pytest.approx(scores.max())
