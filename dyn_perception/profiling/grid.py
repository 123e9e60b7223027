# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points are measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dyn_perception.board.actuator import Actuator
from dyn_perception.control.spreading import spread

_FEW = 5


@dataclass(frozen=True)
class GridPoint:
    """One operating point to be measured.

    Attributes:
        width: groups that run.
        placement: where.
        clocks: limit of each clock that is set, (knob, MHz), knobs named `cpu.<cluster>` or `gpu`;
            the others stay as they are.
    """

    width: int
    placement: str
    clocks: tuple[tuple[str, float], ...] = ()


def make_grid(
    widths: Iterable[int],
    placements: Mapping[str, tuple[str, ...]],
    actuators: Sequence[Actuator],
    clocks: str,
) -> list[GridPoint]:
    """Return the points in the order of measuring: clocks change least often.

    Where several processors share the groups of a frame, their clocks are lowered together: the
    first step of one goes with the first of the other, and so on.

    Args:
        widths: to be measured.
        placements: clock knobs of each placement, those that are known.
        actuators: clock limits that may be set.
        clocks: 'all' steps, a 'few' spread over the range, or 'none'.
    """
    widths = sorted(set(widths))
    known = {actuator.name.removesuffix('.max_mhz'): actuator for actuator in actuators}
    points = []
    for placement, knobs in placements.items():
        chosen = {
            knob: choose_clocks(known[knob], clocks)
            for knob in knobs
            if knob in known and clocks != 'none'
        }
        for settings in _together(chosen):
            points += [GridPoint(width, placement, settings) for width in widths]
    return points


def _together(steps: Mapping[str, list[float]]) -> list[tuple[tuple[str, float], ...]]:
    """Return settings of all knobs, from the first step of each to the last of each."""
    most = max(map(len, steps.values()), default=1)
    settings = []
    for number in range(most):
        share = number / max(most - 1, 1)
        settings.append(
            tuple(
                (knob, clocks[round(share * (len(clocks) - 1))]) for knob, clocks in steps.items()
            )
        )
    return list(dict.fromkeys(settings))


def choose_clocks(actuator: Actuator, clocks: str) -> list[float]:
    """Return the clocks to measure at, the highest first (MHz)."""
    steps = actuator.steps_mhz
    if not steps:
        lowest, highest = actuator.minimum_mhz, actuator.maximum_mhz
        steps = tuple(float(step) for step in np.linspace(lowest, highest, _FEW).round())
    if clocks == 'few':
        steps = tuple(spread(steps, _FEW))
    return sorted(steps, reverse=True)
