# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which clock a board gives for the one that was asked for."""

import math
from collections.abc import Sequence

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.errors import BoardError

ROUNDING = 1e-6
"""Relative difference between clocks that are the same: single precision, kHz against Hz."""


def same_clock(one_mhz: float, other_mhz: float) -> bool:
    """Whether two clocks are the same but for rounding."""
    return math.isclose(one_mhz, other_mhz, rel_tol=ROUNDING)


def snap_down(mhz: float, steps_mhz: Sequence[float]) -> float:
    """Return the highest step that is not above a clock, the clock itself without steps."""
    below = [step for step in steps_mhz if step <= mhz or same_clock(step, mhz)]
    return max(below, default=min(steps_mhz, default=mhz))


def choose_clock(actuator: Actuator, mhz: float) -> float:
    """Return the clock to set for the one that was asked for.

    Raises:
        BoardError: if it is out of the hardware's range.
    """
    lowest, highest = actuator.minimum_mhz, actuator.maximum_mhz
    margin = mhz * ROUNDING if math.isfinite(mhz) else 0.0
    if not lowest - margin <= mhz <= highest + margin:
        raise BoardError(
            f'{actuator.name} {mhz:g} is out of range {lowest:g}...{highest:g} MHz: '
            f'{describe_steps(actuator.steps_mhz)}'
        )
    return snap_down(min(max(mhz, lowest), highest), actuator.steps_mhz)


def describe_steps(steps_mhz: Sequence[float]) -> str:
    """Return in words what a limit can be."""
    if not steps_mhz:
        return 'use a value within it'
    steps = ' '.join(f'{step:.10g}' for step in steps_mhz)
    return f'the steps are {steps} MHz, a value between two becomes the lower one'
