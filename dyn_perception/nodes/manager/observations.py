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
from dyn_perception.processors.names import CORES_OF, loaded_processor

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
        busy_s=_busy_s(message, clusters),
        camera=message.image_topic,
    )


def _busy_s(message: PerceptionResult, clusters: Sequence[ClusterState]) -> dict[str, float]:
    """Return the time of work by processor of the board; several of a placement may be of one."""
    cores = {f'{CORES_OF}{cluster.name}': cluster.cores for cluster in clusters}
    busy_s: dict[str, float] = {}
    for entry in message.busy_time:
        name = loaded_processor(entry.processor, cores)
        busy_s[name] = busy_s.get(name, 0.0) + entry.busy_s
    return busy_s


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
                _observation(f'{CORES_OF}{cluster.name}', f'cpu.{cluster.name}', cluster, cores)
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
