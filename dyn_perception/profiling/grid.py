# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points are measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dyn_perception.board.actuator import Actuator

CLOCK_CHOICES = ('few', 'all', 'none')
_FEW = 5


@dataclass(frozen=True)
class GridPoint:
    """One operating point to be measured.

    Attributes:
        width: groups that run.
        placement: where.
        knob: clock that is limited, `cpu.<cluster>` or `gpu`; '' leaves all as they are.
        clock_mhz: its limit (MHz); 0 without a knob.
    """

    width: int
    placement: str
    knob: str = ''
    clock_mhz: float = 0.0


def make_grid(
    widths: Iterable[int],
    placements: Mapping[str, str],
    actuators: Sequence[Actuator],
    clocks: str,
) -> list[GridPoint]:
    """Return the points in the order of measuring: clocks change least often.

    Args:
        widths: to be measured.
        placements: clock knob of each placement, '' where none is known.
        actuators: clock limits that may be set.
        clocks: 'all' steps, a 'few' spread over the range, or 'none'.
    """
    widths = sorted(set(widths))
    known = {actuator.name.removesuffix('.max_mhz'): actuator for actuator in actuators}
    points = []
    for placement, knob in placements.items():
        actuator = known.get(knob) if clocks != 'none' else None
        for clock_mhz in choose_clocks(actuator, clocks) if actuator else [0.0]:
            points += [
                GridPoint(width, placement, knob if clock_mhz else '', clock_mhz)
                for width in widths
            ]
    return points


def choose_clocks(actuator: Actuator, clocks: str) -> list[float]:
    """Return the clocks to measure at, the highest first (MHz)."""
    steps = actuator.steps_mhz
    if not steps:
        lowest, highest = actuator.minimum_mhz, actuator.maximum_mhz
        steps = tuple(float(step) for step in np.linspace(lowest, highest, _FEW).round())
    if clocks == 'few' and len(steps) > _FEW:
        chosen = np.linspace(0, len(steps) - 1, _FEW).round().astype(int).tolist()
        steps = tuple(steps[index] for index in chosen)
    return sorted(steps, reverse=True)
