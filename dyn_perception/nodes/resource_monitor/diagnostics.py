# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the board for people, after REP-107."""

import math
import socket

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from dyn_perception.board.state import BoardState
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.resource_monitor.settings import ResourceMonitorSettings

_Judgement = tuple[bytes, str]


class ResourceMonitorDiagnostics:
    """Publishes temperature, power, throttling and memory on /diagnostics."""

    def __init__(self, node: ParameterNode[ResourceMonitorSettings]) -> None:
        """Create the publisher."""
        self._node = node
        self._hardware_id = socket.gethostname()
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 1)
        self._counts: dict[str, int] = {}

    def publish(self, reading: BoardState) -> None:
        """Publish what a reading means."""
        settings = self._node.settings
        counts = {event.name: event.count for event in reading.events}
        # A counter that wrapped around has happened, too.
        risen = [name for name in counts if counts[name] != self._counts.get(name, counts[name])]
        self._counts = counts
        array = DiagnosticArray(
            status=[
                self._status(
                    'temperature',
                    _judge_temperature(reading, settings),
                    {f'{zone.name} (°C)': _number(zone.temperature_c) for zone in reading.zones},
                ),
                self._status(
                    'power',
                    _judge_power(reading, settings),
                    {
                        'Power mode': reading.power_mode or 'not known',
                        'Whole board (W)': _number(reading.total_power_w, 2),
                        **{f'{rail.name} (W)': _number(rail.power_w, 2) for rail in reading.rails},
                    },
                ),
                self._status(
                    'throttling',
                    _judge_throttling(reading, risen),
                    {**_clocks(reading), **{f'Events of {name}': counts[name] for name in counts}},
                ),
                self._status(
                    'memory',
                    _judge_memory(reading, settings),
                    {
                        'Used (MB)': _number(reading.memory_used_bytes / 1e6, 0),
                        'Total (MB)': _number(reading.memory_total_bytes / 1e6, 0),
                        'Tasks waiting for a CPU (%)': _number(reading.cpu_pressure * 100),
                    },
                ),
            ]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _status(
        self, subject: str, judgement: _Judgement, values: dict[str, object]
    ) -> DiagnosticStatus:
        level, message = judgement
        return DiagnosticStatus(
            level=level,
            # REP-107 separates node and subject by a colon.
            name=f'{self._node.get_fully_qualified_name().lstrip("/")}: {subject}',
            message=message,
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )


def _judge_temperature(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    if math.isnan(reading.hottest_c):
        return DiagnosticStatus.OK, 'not measured'
    if reading.hottest_c >= settings.warn_temperature_c:
        return (
            DiagnosticStatus.WARN,
            f'{reading.hottest_c:.1f} °C, from warn_temperature_c '
            f'{settings.warn_temperature_c:g} on: cool the board or lower its clocks',
        )
    return DiagnosticStatus.OK, f'{reading.hottest_c:.1f} °C'


def _judge_power(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    if math.isnan(reading.total_power_w):
        return DiagnosticStatus.OK, 'not measured'
    if 0 < settings.warn_power_w <= reading.total_power_w:
        return (
            DiagnosticStatus.WARN,
            f'{reading.total_power_w:.2f} W, from warn_power_w {settings.warn_power_w:g} on: '
            'lower the clocks or end programs',
        )
    return DiagnosticStatus.OK, f'{reading.total_power_w:.2f} W'


def _judge_throttling(reading: BoardState, risen: list[str]) -> _Judgement:
    if reading.throttled:
        return (
            DiagnosticStatus.WARN,
            'the board holds a clock back to protect itself: cool it, give it a better supply, '
            'or lower its clocks',
        )
    if risen:
        return DiagnosticStatus.WARN, f'happened in the last second: {", ".join(risen)}'
    return DiagnosticStatus.OK, 'not throttled'


def _judge_memory(reading: BoardState, settings: ResourceMonitorSettings) -> _Judgement:
    used = reading.memory_used_bytes / (reading.memory_total_bytes or math.nan)
    if math.isnan(used):
        return DiagnosticStatus.OK, 'not measured'
    if used >= settings.warn_memory:
        return (
            DiagnosticStatus.WARN,
            f'{used:.0%} used, from warn_memory {settings.warn_memory:.0%} on: end programs',
        )
    return DiagnosticStatus.OK, f'{used:.0%} used'


def _clocks(reading: BoardState) -> dict[str, object]:
    values: dict[str, object] = {}
    for processor in (*reading.clusters, *reading.gpus):
        values[f'{processor.name} clock (MHz)'] = _number(processor.clock_mhz)
        values[f'{processor.name} limit (MHz)'] = _number(processor.limit_mhz)
    return values


def _number(value: float, digits: int = 1) -> str:
    return 'not measured' if math.isnan(value) else f'{value:.{digits}f}'
