# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A reading of a board as a message."""

from collections.abc import Collection

from std_msgs.msg import Header

from dyn_perception.board import state
from dyn_perception.msg import (
    BoardState,
    ClusterState,
    EventCounter,
    GpuState,
    RailPower,
    ZoneTemperature,
)

_PROCESSOR_FIELDS = (
    'name', 'load', 'clock_mhz', 'limit_mhz', 'minimum_mhz', 'maximum_mhz', 'steps_mhz',
    'governor',
)  # fmt: skip


def board_message(
    reading: state.BoardState,
    header: Header,
    node: str,
    start_id: int,
    settable: Collection[str],
) -> BoardState:
    """Return the message of one reading.

    Args:
        reading: what was read.
        header: with the time of the reading.
        node: its fully qualified name.
        start_id: of its start.
        settable: parameters of clock limits that this node may set.
    """
    return BoardState(
        header=header,
        node=node,
        start_id=start_id,
        board=reading.board,
        power_mode=reading.power_mode,
        window_s=reading.window_s,
        clusters=[_cluster(cluster, settable) for cluster in reading.clusters],
        gpus=[_gpu(gpu, settable) for gpu in reading.gpus],
        memory_used_bytes=reading.memory_used_bytes,
        memory_total_bytes=reading.memory_total_bytes,
        cpu_pressure=reading.cpu_pressure,
        rails=[RailPower(name=rail.name, power_w=rail.power_w) for rail in reading.rails],
        total_power_w=reading.total_power_w,
        zones=[
            ZoneTemperature(name=zone.name, temperature_c=zone.temperature_c)
            for zone in reading.zones
        ],
        hottest_c=reading.hottest_c,
        throttled=reading.throttled,
        events=[EventCounter(name=event.name, count=event.count) for event in reading.events],
    )


def _cluster(cluster: state.ClusterState, settable: Collection[str]) -> ClusterState:
    return ClusterState(
        **_processor(cluster),
        cores=cluster.cores,
        online=cluster.online,
        limit_settable=cluster.limit_settable and f'cpu.{cluster.name}.max_mhz' in settable,
    )


def _gpu(gpu: state.GpuState, settable: Collection[str]) -> GpuState:
    return GpuState(
        **_processor(gpu),
        limit_settable=gpu.limit_settable and f'{gpu.name}.max_mhz' in settable,
        memory_used_bytes=gpu.memory_used_bytes,
        memory_total_bytes=gpu.memory_total_bytes,
    )


def _processor(processor: state.ClusterState | state.GpuState) -> dict[str, object]:
    return {name: getattr(processor, name) for name in _PROCESSOR_FIELDS}
