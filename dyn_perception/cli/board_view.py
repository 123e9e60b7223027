# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A reading of a board for the terminal."""

import math
from collections.abc import Mapping

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dyn_perception.board.state import BoardState, ClusterState, GpuState

_UNKNOWN = '–'
_BAR_WIDTH = 16
_HOT_C = 85.0
_WARM_C = 70.0


def board_view(reading: BoardState, loads: Mapping[str, float] | None = None) -> RenderableType:
    """Return what the terminal shows of a reading.

    Args:
        reading: what was read.
        loads: share of each processor that this program takes itself on a simulated board.
    """
    title = Text(reading.board or 'board without a name', style='bold')
    if reading.power_mode:
        title.append(f'  mode {reading.power_mode}', style='not bold')
    title.append(
        *(('  THROTTLED', 'bold red') if reading.throttled else ('  not throttled', 'dim'))
    )
    parts: list[RenderableType] = [title, '', _processors(reading), '', _memory(reading)]
    tables = [
        table
        for table in (_power(reading), _temperatures(reading), _events(reading))
        if table.row_count
    ]
    if tables:
        parts += ['', Columns(tables, padding=(0, 4))]
    if loads:
        texts = ', '.join(f'{name} {share:.0%}' for name, share in loads.items())
        parts += ['', Text(f'this program takes: {texts}', style='yellow')]
    return Panel(Group(*parts), expand=False)


def _processors(reading: BoardState) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style='dim')
    for heading in ('processor', 'cores', 'load', ''):
        table.add_column(heading)
    for heading in ('clock MHz', 'limit', 'range'):
        table.add_column(heading, justify='right')
    table.add_column('governor')
    for cluster in reading.clusters:
        online = f'{len(cluster.online)}/{len(cluster.cores)}'
        table.add_row(cluster.name, online, *_load_and_clock(cluster))
    for gpu in reading.gpus:
        table.add_row(gpu.name, '', *_load_and_clock(gpu))
    return table


def _load_and_clock(processor: ClusterState | GpuState) -> list[RenderableType]:
    limit = Text(_number(processor.limit_mhz, 0))
    if processor.limit_mhz < processor.maximum_mhz:
        limit.stylize('yellow')
    lowest, highest = processor.minimum_mhz, processor.maximum_mhz
    span = _UNKNOWN if math.isnan(highest) else f'{_number(lowest, 0)}…{_number(highest, 0)}'
    return [
        *_share(processor.load),
        _number(processor.clock_mhz, 0),
        limit,
        span,
        processor.governor or _UNKNOWN,
    ]


def _memory(reading: BoardState) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    used, total = reading.memory_used_bytes, reading.memory_total_bytes
    table.add_row(
        'memory', *_share(used / total if total else math.nan),
        f'{_number(used / 1e9, 2)} of {_number(total / 1e9, 2)} GB',
        'CPU pressure', _percent(reading.cpu_pressure),
    )  # fmt: skip
    return table


def _power(reading: BoardState) -> Table:
    table = _list('power', 'W')
    for rail in reading.rails:
        table.add_row(rail.name, _number(rail.power_w, 2))
    if not math.isnan(reading.total_power_w):
        table.add_row(Text('whole board', 'bold'), Text(_number(reading.total_power_w, 2), 'bold'))
    return table


def _temperatures(reading: BoardState) -> Table:
    table = _list('temperature', '°C')
    for zone in reading.zones:
        text = Text(_number(zone.temperature_c, 1))
        if zone.temperature_c >= _WARM_C:
            text.stylize('bold red' if zone.temperature_c >= _HOT_C else 'yellow')
        table.add_row(zone.name, text)
    return table


def _events(reading: BoardState) -> Table:
    table = _list('throttling', 'times')
    for event in reading.events:
        table.add_row(event.name, Text(f'{event.count:,}', 'yellow' if event.count else ''))
    return table


def _list(heading: str, unit: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style='dim')
    table.add_column(heading)
    table.add_column(unit, justify='right')
    return table


def _share(share: float) -> tuple[RenderableType, Text]:
    """Return a bar and a number."""
    if math.isnan(share):
        return '', Text(_UNKNOWN)
    colour = 'red' if share > 0.9 else 'green'
    bar = ProgressBar(
        total=1.0, completed=share, width=_BAR_WIDTH, complete_style=colour, finished_style=colour
    )
    return bar, Text(_percent(share), justify='right')


def _percent(share: float) -> str:
    return _UNKNOWN if math.isnan(share) else f'{share:.0%}'.rjust(4)


def _number(value: float, digits: int) -> str:
    return _UNKNOWN if math.isnan(value) else f'{value:,.{digits}f}'
