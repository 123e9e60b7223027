# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager sees of a result."""

import pytest

from dyn_perception.msg import ClusterState, PerceptionResult, ProcessorTime
from dyn_perception.nodes.manager.observations import ProcessorsOfResults, frame_observation


def on_board(clusters: list[ClusterState]) -> ProcessorsOfResults:
    processors = ProcessorsOfResults()
    processors.take_clusters(clusters)
    return processors


@pytest.mark.parametrize(
    ('processor', 'name'),
    [('cpu', 'cpu:a57'), ('cpu:2,3', 'cpu:a57'), ('gpu', 'gpu'), ('cuda:0', 'gpu'),
     ('cuda:1', 'gpu_1'), ('tpu', 'tpu')],
)  # fmt: skip
def test_work_shows_where_the_board_tells_of_it(processor: str, name: str) -> None:
    message = PerceptionResult(busy_time=[ProcessorTime(processor=processor, busy_s=0.25)])
    message.operating_point.placement = processor
    clusters = [ClusterState(name='a57', cores=[0, 1, 2, 3])]
    seen = frame_observation(message, 1.0, on_board(clusters))
    assert (seen.placement, seen.busy_s) == (processor, {name: 0.25})


def test_work_on_any_core_of_several_clusters_belongs_to_none() -> None:
    message = PerceptionResult(busy_time=[ProcessorTime(processor='cpu', busy_s=0.25)])
    clusters = [ClusterState(name='a53', cores=[0, 1]), ClusterState(name='a57', cores=[2, 3])]
    assert frame_observation(message, 1.0, on_board(clusters)).busy_s == {'cpu': 0.25}


def test_work_on_several_cores_of_a_cluster_adds_up() -> None:
    message = PerceptionResult(
        busy_time=[
            ProcessorTime(processor='cpu:0', busy_s=0.25),
            ProcessorTime(processor='cpu:1,2', busy_s=0.5),
            ProcessorTime(processor='cpu:5', busy_s=0.125),
        ]
    )
    clusters = [ClusterState(name='a53', cores=[0, 1, 2]), ClusterState(name='a57', cores=[4, 5])]
    seen = frame_observation(message, 1.0, on_board(clusters))
    assert seen.busy_s == {'cpu:a53': 0.75, 'cpu:a57': 0.125}


def test_other_clusters_give_other_names() -> None:
    message = PerceptionResult(busy_time=[ProcessorTime(processor='cpu:2', busy_s=0.25)])
    processors = on_board([ClusterState(name='a57', cores=[0, 1, 2, 3])])
    assert processors.busy_s(message.busy_time) == {'cpu:a57': 0.25}
    processors.take_clusters([ClusterState(name='a72', cores=[2, 3])])
    assert processors.busy_s(message.busy_time) == {'cpu:a72': 0.25}


def test_names_of_a_stranger_do_not_pile_up() -> None:
    processors = on_board([ClusterState(name='a57', cores=[0])])
    for number in range(10_000):
        processors.busy_s([ProcessorTime(processor=f'made up {number}', busy_s=1.0)])
    assert len(processors._names) < 100
