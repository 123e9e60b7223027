# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages as what the policy observes."""

from collections.abc import Sequence

from dyn_perception.control.policy import (
    BoardObservation,
    FrameObservation,
    ProcessorObservation,
)
from dyn_perception.msg import BoardState, ClusterState, GpuState, PerceptionResult
from dyn_perception.processors.names import on_board

MILLISECOND_S = 1e-3


def frame_observation(
    message: PerceptionResult, time_s: float, clusters: Sequence[ClusterState]
) -> FrameObservation:
    """Return what a result tells.

    Args:
        message: the result.
        time_s: when it came, on the monotonic clock.
        clusters: those of the newest board state.
    """
    point = message.operating_point
    return FrameObservation(
        time_s=time_s,
        latency_s=message.latency_ms * MILLISECOND_S,
        width=point.width,
        placement=point.placement,
        groups_run=point.groups_run,
        queueing_s=message.queueing_ms * MILLISECOND_S,
        dropped=message.dropped,
        busy_s={
            _processor(entry.processor, clusters): entry.busy_s for entry in message.busy_time
        },
        camera=message.image_topic,
    )


def board_observation(message: BoardState, time_s: float) -> BoardObservation:
    """Return what a board state that came at `time_s` tells."""
    return BoardObservation(
        time_s=time_s,
        window_s=message.window_s,
        power_w=message.total_power_w,
        hottest_c=message.hottest_c,
        throttled=message.throttled,
        cpu_pressure=message.cpu_pressure,
        processors=(
            *(
                _observation(f'cpu:{cluster.name}', f'cpu.{cluster.name}', cluster, cores)
                for cluster in message.clusters
                if (cores := len(cluster.online) or len(cluster.cores))
            ),
            *(_observation(gpu.name, gpu.name, gpu, 1) for gpu in message.gpus),
        ),
    )


def _observation(
    name: str, knob: str, processor: ClusterState | GpuState, cores: int
) -> ProcessorObservation:
    return ProcessorObservation(
        name=name,
        knob=knob,
        load=processor.load,
        clock_mhz=processor.clock_mhz,
        limit_mhz=processor.limit_mhz,
        minimum_mhz=processor.minimum_mhz,
        maximum_mhz=processor.maximum_mhz,
        steps_mhz=tuple(processor.steps_mhz),
        cores=float(cores),
    )


def _processor(name: str, clusters: Sequence[ClusterState]) -> str:
    """Return the cluster or GPU whose load the work shows in: `cpu`, `cpu:0` name cores only.

    `cpu` stays `cpu` where there are several clusters: the work may be on any of them.
    """
    if name == 'cpu' and len(clusters) == 1:
        return f'cpu:{clusters[0].name}'
    first = name.removeprefix('cpu:').split(',')[0].split('-')[0]
    if name.startswith('cpu:') and first.isdecimal():
        for cluster in clusters:
            if int(first) in cluster.cores:
                return f'cpu:{cluster.name}'
    return on_board(name)
