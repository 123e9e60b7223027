# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the board for people, after REP-107."""

import math

from dyn_perception.board.state import BoardState, ClusterState, GpuState
from dyn_perception.nodes.common.diagnostics import OK, WARN, DiagnosticsPublisher, Subject
from dyn_perception.nodes.resource_monitor.settings import ResourceMonitorSettings

_Judgement = tuple[bytes, str]


class ResourceMonitorDiagnostics:
    """Publishes temperature, power, throttling and memory on /diagnostics."""

    def __init__(self, publisher: DiagnosticsPublisher) -> None:
        """Take the publisher of the node."""
        self._publisher = publisher
        self._counts: dict[str, int] = {}

    def publish(self, reading: BoardState, settings: ResourceMonitorSettings) -> None:
        """Publish what a reading means."""
        counts = {event.name: event.count for event in reading.events}
        # A counter that wrapped around has happened, too.
        risen = [name for name in counts if counts[name] != self._counts.get(name, counts[name])]
        self._counts = counts
        events = {f'Events of {name}': count for name, count in counts.items()}
        self._publisher.publish(
            [
                Subject(
                    'temperature',
                    *_judge_temperature(reading, settings),
                    {f'{zone.name} (°C)': _number(zone.temperature_c) for zone in reading.zones},
                ),
                Subject('power', *_judge_power(reading, settings), _powers(reading)),
                Subject(
                    'throttling',
                    *_judge_throttling(reading, risen),
                    {**_clocks(reading), **events},
                ),
                Subject('memory', *_judge_memory(reading, settings), _memory(reading)),
            ]
        )


def _judge_temperature(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    if math.isnan(reading.hottest_c):
        return OK, 'not measured'
    if reading.hottest_c >= settings.warn_temperature_c:
        return (
            WARN,
            f'{reading.hottest_c:.1f} °C, from warn_temperature_c '
            f'{settings.warn_temperature_c:g} on: cool the board or lower its clocks',
        )
    return OK, f'{reading.hottest_c:.1f} °C'


def _judge_power(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    if math.isnan(reading.total_power_w):
        return OK, 'not measured'
    if 0 < settings.warn_power_w <= reading.total_power_w:
        return (
            WARN,
            f'{reading.total_power_w:.2f} W, from warn_power_w {settings.warn_power_w:g} on: '
            'lower the clocks or end programs',
        )
    return OK, f'{reading.total_power_w:.2f} W'


def _judge_throttling(reading: BoardState, risen: list[str]) -> _Judgement:
    if reading.throttled:
        return (
            WARN,
            'the board holds a clock back to protect itself: cool it, give it a better supply, '
            'or lower its clocks',
        )
    if risen:
        return WARN, f'happened in the last second: {", ".join(risen)}'
    return OK, 'not throttled'


def _judge_memory(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    used = reading.memory_used_bytes / (reading.memory_total_bytes or math.nan)
    if math.isnan(used):
        return OK, 'not measured'
    if used >= settings.warn_memory:
        return (
            WARN,
            f'{used:.0%} used, from warn_memory {settings.warn_memory:.0%} on: end programs',
        )
    return OK, f'{used:.0%} used'


def _powers(reading: BoardState) -> dict[str, object]:
    return {
        'Power mode': reading.power_mode or 'not known',
        'Whole board (W)': _number(reading.total_power_w, 2),
        **{f'{rail.name} (W)': _number(rail.power_w, 2) for rail in reading.rails},
    }


def _memory(reading: BoardState) -> dict[str, object]:
    return {
        'Used (MB)': _number(reading.memory_used_bytes / 1e6, 0),
        'Total (MB)': _number(reading.memory_total_bytes / 1e6, 0),
        'Tasks waiting for a CPU (%)': _number(reading.cpu_pressure * 100),
    }


def _clocks(reading: BoardState) -> dict[str, object]:
    values: dict[str, object] = {}
    processors: list[ClusterState | GpuState] = [*reading.clusters, *reading.gpus]
    for processor in processors:
        values[f'{processor.name} clock (MHz)'] = _number(processor.clock_mhz)
        values[f'{processor.name} limit (MHz)'] = _number(processor.limit_mhz)
    return values


def _number(value: float, digits: int = 1) -> str:
    return 'not measured' if math.isnan(value) else f'{value:.{digits}f}'
