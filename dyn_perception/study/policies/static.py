# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One operating point for the whole run."""

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import Goals
from dyn_perception.processors.names import clock_knob, processors_of
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.study.policies.baseline import (
    BaselinePolicy,
    fastest_placement,
    full_clock_rows,
)


class StaticPolicy(BaselinePolicy):
    """Stays at one row of the table."""

    def __init__(self, table: OperatingPointTable, goals: Goals, row: int) -> None:
        """Stay at `row`."""
        super().__init__(table, goals)
        self.row = row


def find_row(
    table: OperatingPointTable,
    width: int | None = None,
    placement: str | None = None,
    clock_mhz: float | None = None,
) -> int:
    """Return the row of a fixed point.

    Args:
        table: the operating points.
        width: None: the widest.
        placement: None: the fastest.
        clock_mhz: clock of the placement's first processor; None: the highest; otherwise the
            highest step of the table that is not above it.

    Raises:
        SimulationError: the table has no such point.
    """
    width = int(table.widths.max()) if width is None else width
    placement = fastest_placement(table) if placement is None else placement
    rows = [
        row
        for row, point in enumerate(table.points)
        if point.width == width and point.placement == placement
    ]
    if not rows:
        widths = sorted({int(item) for item in table.widths})
        raise SimulationError(
            f'there is no operating point of width {width} on {placement!r}: widths are '
            f'{widths[0]}...{widths[-1]}, placements {", ".join(table.placements)}'
        )
    if clock_mhz is None:
        return full_clock_rows(table)[placement, width]
    knob = clock_knob(processors_of(placement)[0])
    below = [row for row in rows if dict(table.points[row].clocks)[knob] <= clock_mhz + 1e-6]
    if not below:
        steps = sorted(dict(table.points[row].clocks)[knob] for row in rows)
        raise SimulationError(
            f'clock {clock_mhz:g} MHz of {placement} is out of range {steps[0]:g}...{steps[-1]:g}'
        )
    return max(below, key=lambda row: dict(table.points[row].clocks)[knob])
