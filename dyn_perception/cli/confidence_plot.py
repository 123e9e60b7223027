# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy against the cost of an image, for thresholds of `confidence_exit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from dyn_perception.cli.pictures import drawing_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dyn_perception.training.confidence_curve import CurvePoint

_DPI = 130


def print_curve(curve: Sequence[CurvePoint], title: str) -> None:
    """Print one row a threshold on standard output."""
    table = Table(title=title, title_justify='left')
    for heading in ('confidence_exit', 'top-1 (%)', 'mean MMAC', 'mean groups', 'MACs saved (%)'):
        table.add_column(heading, justify='right')
    full = curve[-1].macs
    for point in curve:
        table.add_row(
            f'{point.threshold:.5f}' if point.threshold else 'none',
            f'{100 * point.top1:.2f}',
            f'{point.macs / 1e6:.2f}',
            f'{point.groups:.2f}',
            f'{100 * (1 - point.macs / full):.1f}',
        )
    Console(highlight=False).print(table)


def plot_curve(
    path: Path, curve: Sequence[CurvePoint], widths: list[dict[str, Any]], title: str
) -> None:
    """Draw the curve, and the fixed widths beside it.

    Args:
        path: of the picture; its ending is the format.
        curve: the points.
        widths: `top1` and `macs` of each width.
        title: of the picture.

    Raises:
        PictureError: if matplotlib is not installed or does not know the format.
        OSError: if the file cannot be written.
    """
    pyplot = drawing_to(path)
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout='constrained')
    axes.plot(
        [point.macs / 1e6 for point in curve],
        [100 * point.top1 for point in curve],
        'C0.-',
        label='stop where sure enough (confidence_exit)',
    )
    axes.plot(
        [row['macs'] / 1e6 for row in widths],
        [100 * row['top1'] for row in widths],
        'C1o--',
        label='the same width for every image',
    )
    for row in widths:
        axes.annotate(
            f'width {row["width"]}',
            (row['macs'] / 1e6, 100 * row['top1']),
            xytext=(4, -12),
            textcoords='offset points',
            fontsize=8,
        )
    axes.set(xlabel='mean MMAC an image', ylabel='top-1 (%)', title=title)
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
    try:
        figure.savefig(path, dpi=_DPI)
    finally:
        pyplot.close(figure)
