# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a simulated run, for the terminal."""

from rich.console import Console
from rich.table import Table

from dyn_perception.study.figures import RunFigures

_ROWS = {
    'frames': ('frames', '{:,}'),
    'deadline_hit': ('on time, of the feasible ones (%)', '{:.2%}'),
    'deadline_hit_settled': ('on time, 5 frames after each disturbance left out (%)', '{:.2%}'),
    'accuracy': ('expected accuracy, late frames count 0 (%)', '{:.2%}'),
    'energy_per_frame_j': ('energy of the board a frame (J)', '{:.3f}'),
    'switches': ('changes of the operating point', '{:,}'),
    'settling_ms': ('longest settling (ms)', '{:,.0f}'),
    'over_temperature_s': ('above the temperature limit (s)', '{:.2f}'),
    'over_power_s': ('above the power budget (s)', '{:.2f}'),
}


def print_figures(
    figures: RunFigures, title: str, description: str, virtual_s: float, elapsed_s: float
) -> None:
    """Print one row a figure on standard output.

    Args:
        figures: of the run.
        title: of the table.
        description: of the scenario.
        virtual_s: how long the run was (s).
        elapsed_s: how long it took (s).
    """
    table = Table(title=title, title_justify='left', show_header=False)
    table.add_column()
    table.add_column(justify='right')
    for name, (label, form) in _ROWS.items():
        table.add_row(label.replace(' (%)', ''), form.format(getattr(figures, name)))
    console = Console(highlight=False)
    console.print(description)
    console.print(table)
    console.print(f'{virtual_s:.0f} s in {elapsed_s:.1f} s')
