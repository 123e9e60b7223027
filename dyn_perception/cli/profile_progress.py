# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The progress of a profile in the terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dyn_perception.profiling.profile_file import ProfiledPoint


def track(points: Iterator[ProfiledPoint], left: int, total: int) -> Iterator[ProfiledPoint]:
    """Show a bar with the remaining time on standard error while points are measured."""
    console = Console(stderr=True, highlight=False)
    if left < total:
        console.print(f'going on after {total - left} of {total} operating points')
    bar = Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn('points, remaining'),
        TimeRemainingColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task('measuring', total=total, completed=total - left)
        for point in points:
            clocks = ''.join(f' {knob} {mhz:g} MHz' for knob, mhz in point.clocks.items())
            bar.update(
                task,
                advance=1,
                description=f'width {point.width} on {point.placement}{clocks}: '
                f'{point.latency_p50_ms:.1f} ms',
            )
            yield point
