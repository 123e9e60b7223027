# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Results as what the policy observes."""

from collections.abc import Sequence

from dyn_perception.control.policy import FrameObservation
from dyn_perception.msg import ClusterState, PerceptionResult, ProcessorTime
from dyn_perception.processors.names import CORES_OF, loaded_processor

MILLISECOND_S = 1e-3
_MOST_NAMES = 64


class ProcessorsOfResults:
    """Which processors of the board those of results are; each is looked up once."""

    def __init__(self) -> None:
        """Know nothing of the board."""
        self._cores: dict[str, list[int]] = {}
        self._names: dict[str, str] = {}

    def take_clusters(self, clusters: Sequence[ClusterState]) -> None:
        """Take the CPU clusters of the newest board state."""
        cores = {f'{CORES_OF}{cluster.name}': list(cluster.cores) for cluster in clusters}
        if cores != self._cores:
            self._cores = cores
            self._names.clear()

    def busy_s(self, times: Sequence[ProcessorTime]) -> dict[str, float]:
        """Return the time of work on each processor; several of a placement may be of one (s)."""
        busy_s: dict[str, float] = {}
        for entry in times:
            name = self._names.get(entry.processor) or self._look_up(entry.processor)
            busy_s[name] = busy_s.get(name, 0.0) + entry.busy_s
        return busy_s

    def _look_up(self, processor: str) -> str:
        if len(self._names) >= _MOST_NAMES:  # names in messages may be anything
            self._names.clear()
        self._names[processor] = loaded_processor(processor, self._cores)
        return self._names[processor]


def frame_observation(
    message: PerceptionResult, time_s: float, processors: ProcessorsOfResults
) -> FrameObservation:
    """Return what a result tells.

    Args:
        message: the result.
        time_s: when it came, on the monotonic clock.
        processors: which ones of the board its own are.
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
        busy_s=processors.busy_s(message.busy_time),
        camera=message.image_topic,
    )
