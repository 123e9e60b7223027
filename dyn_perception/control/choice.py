# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The best operating point under goals that may not all be met."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control import normal
from dyn_perception.control.policy import ACCURACY, FRAME_RATE, POWER, TEMPERATURE, Goals

# Expected accuracies within this are equal: the one with least energy is chosen.
EQUAL_ACCURACY = 0.001
# Cost of a change of placement, which counts only after some frames and whose slowdown is known
# less well: it has to gain as much accuracy, or save such a share of the power.
MOVING_ACCURACY = 0.01
MOVING_POWER_SHARE = 0.03
# What is left of a goal that cannot be met: on-time score and watts within which points are equal.
_EQUAL_SCORE = 0.15
_EQUAL_POWER_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of the candidates: arrays of [candidates].

    Attributes:
        accuracy: of an answer in time.
        score: standard deviations by which the deadline lies above the expected latency.
        power_w: mean power of the board (W).
        elsewhere: whether the candidate is at another placement than the present one.
    """

    accuracy: NDArray[np.float64]
    score: NDArray[np.float64]
    power_w: NDArray[np.float64]
    elsewhere: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the candidates have to meet.

    Attributes:
        score: least on-time score.
        power_w: highest power by the budget (W).
        thermal_power_w: highest power by the temperature limit (W).
        accuracy: least accuracy.
    """

    score: float
    power_w: float
    thermal_power_w: float
    accuracy: float


def meeting(outlook: Outlook, limits: Limits) -> NDArray[np.bool_]:
    """Return which candidates meet all limits."""
    lowest = min(limits.power_w, limits.thermal_power_w)
    met = (outlook.score >= limits.score) & (outlook.power_w <= lowest)
    if limits.accuracy > 0:
        met &= outlook.accuracy >= limits.accuracy
    return met


def choose(outlook: Outlook, limits: Limits, goals: Goals) -> tuple[int, tuple[str, ...]]:
    """Choose a candidate.

    Objective accuracy: the highest expected accuracy (accuracy times the probability of being on
    time: a late answer is worth nothing), of equals the least energy (at one frame rate the least
    power). Objective energy: the least energy. ALERT (ATC 2020) chooses the same way, by
    enumeration; it lets goals give way in a fixed order, here it is declared: the goals are met
    one after the other in the order of `goals.priority`, and of one that no remaining candidate
    meets as much as possible is kept (lexicographic goal programming; Charnes and Cooper, 1961).

    Returns:
        Index of the candidate, and the goals that gave way, first given up first.
    """
    met = meeting(outlook, limits)
    gave_way: list[str] = []
    if not met.any():
        met = _lexicographic(outlook, limits, goals.priority, gave_way)
    return _best(outlook, met, goals.objective), tuple(reversed(gave_way))


def _best(outlook: Outlook, met: NDArray[np.bool_], objective: str) -> int:
    if objective == 'accuracy':
        expected = outlook.accuracy * normal.below_each(outlook.score)
        moved = np.where(met, expected - MOVING_ACCURACY * outlook.elsewhere, -1.0)
        # To save power, it is enough that moving does not cost accuracy.
        met = met & (expected >= moved.max() - EQUAL_ACCURACY)
    cost = outlook.power_w * (1.0 + MOVING_POWER_SHARE * outlook.elsewhere)
    return int(np.where(met, cost, np.inf).argmin())


def _lexicographic(
    outlook: Outlook, limits: Limits, priority: tuple[str, ...], gave_way: list[str]
) -> NDArray[np.bool_]:
    """Narrow the candidates goal by goal; add to `gave_way` those that none meets."""
    remaining = np.ones(len(outlook.score), dtype=bool)
    for goal in priority:
        # Each goal as a quantity that is to be small, and the value that is good enough.
        if goal == FRAME_RATE:
            quantity, enough, equal = -outlook.score, -limits.score, _EQUAL_SCORE
        elif goal == ACCURACY:
            quantity, enough, equal = -outlook.accuracy, -limits.accuracy, EQUAL_ACCURACY
        else:
            assert goal in (POWER, TEMPERATURE)
            quantity = outlook.power_w
            enough = limits.power_w if goal == POWER else limits.thermal_power_w
            equal = _EQUAL_POWER_SHARE * float(quantity.min())
        met = remaining & (quantity <= enough)
        if not met.any():
            gave_way.append(goal)
            met = remaining & (quantity <= np.where(remaining, quantity, np.inf).min() + equal)
        remaining = met
    return remaining
