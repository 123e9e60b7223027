# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables for the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

_HEADINGS = {
    'width': 'width',
    'top1': 'top-1 (%)',
    'macs': 'MMAC',
    'params': 'parameters',
    'bytes': 'ONNX (kB)',
    'ece': 'calibration error (%)',
    'temperature': 'temperature',
}


def print_widths(rows: list[dict[str, Any]], title: str) -> None:
    """Print one row a width on standard output."""
    table = Table(title=title, title_justify='left')
    for name in rows[0]:
        table.add_column(_HEADINGS[name], justify='right')
    for row in rows:
        table.add_row(*(_format(name, value) for name, value in row.items()))
    Console(highlight=False).print(table)


def _format(name: str, value: Any) -> str:
    if value is None:
        return '-'
    if name in ('top1', 'ece'):
        return f'{100 * value:.2f}'
    if name == 'macs':
        return f'{value / 1e6:.2f}'
    if name == 'bytes':
        return f'{value / 1e3:.0f}'
    return f'{value:.3f}' if isinstance(value, float) else f'{value:,}'
