# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages of resource_monitor and manager as plain values of the demo."""

from collections.abc import Mapping

from dyn_perception.demo.loop_observations import Board, Goal, Processor
from dyn_perception.msg import BoardState, ClusterState, GpuState, ManagerState
from dyn_perception.processors.names import on_board

_STATUS = {
    ManagerState.STATUS_DISABLED: 'off',
    ManagerState.STATUS_WAITING: 'waiting',
    ManagerState.STATUS_MET: 'met',
    ManagerState.STATUS_AT_RISK: 'at risk',
    ManagerState.STATUS_INFEASIBLE: 'infeasible',
    ManagerState.STATUS_STANDBY: 'standby',
}
_CPU = 'cpu:'


def board_of(message: BoardState, loads: Mapping[str, float], own: Mapping[str, float]) -> Board:
    """Return what is shown of a board.

    Args:
        message: its newest state.
        loads: mean load of the last time by processor, 0...1.
        own: the part of it that is of the perception node, by processor.
    """
    processors = [
        *(_processor(item, cluster_name(item), loads, own) for item in message.clusters),
        *(_processor(item, item.name, loads, own) for item in message.gpus),
    ]
    return Board(
        name=message.board,
        processors=tuple(processors),
        power_w=message.total_power_w,
        temperature_c=message.hottest_c,
        throttled=message.throttled,
    )


def goal_of(message: ManagerState) -> Goal:
    """Return what is shown of the manager."""
    return Goal(
        status=_STATUS.get(message.status, f'status {message.status}'),
        reason=message.status_reason,
        on_time=message.on_time_share,
        held=tuple(knob.parameter for knob in message.knobs if knob.held),
        wanted={knob.parameter: knob.wanted for knob in message.knobs if knob.wanted},
        is_in_force=all(knob.applied == knob.wanted for knob in message.knobs if knob.wanted),
        changes=message.changes,
        change_reason=message.change_reason,
    )


def cluster_name(cluster: ClusterState) -> str:
    """Return the name of a cluster in placements; of the only kind of core there is, `cpu`."""
    return cluster.name if cluster.name == _CPU[:-1] else f'{_CPU}{cluster.name}'


def processor_of(busy: str, message: BoardState) -> str:
    """Return on which cluster or GPU the work of a processor of a result was done.

    Results name processors as placements do, so `cpu` and `cpu:0,2` are part of a cluster.
    """
    busy = on_board(busy)
    names = [*map(cluster_name, message.clusters), *(gpu.name for gpu in message.gpus)]
    if busy in names or not message.clusters:
        return busy
    cores = set(busy.removeprefix(_CPU).split(','))
    for cluster in message.clusters:
        if cores.intersection(map(str, cluster.cores)):
            return cluster_name(cluster)
    return cluster_name(message.clusters[0])


def units_of(message: BoardState) -> dict[str, int]:
    """Return by processor how many seconds of work a second of full load has: its cores."""
    units = {cluster_name(item): max(1, len(item.online)) for item in message.clusters}
    return {**units, **{gpu.name: 1 for gpu in message.gpus}}


def _processor(
    item: ClusterState | GpuState, name: str, loads: Mapping[str, float], own: Mapping[str, float]
) -> Processor:
    load = loads.get(name, item.load)
    knob = f'cpu.{item.name}' if isinstance(item, ClusterState) else item.name
    return Processor(
        name=name,
        load=load,
        others=max(0.0, load - own.get(name, 0.0)),
        clock_mhz=item.clock_mhz,
        limit_mhz=item.limit_mhz,
        maximum_mhz=item.maximum_mhz,
        parameter=f'{knob}.max_mhz' if item.limit_settable else '',
    )
