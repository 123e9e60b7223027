# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points may be chosen, and the best of them where not all goals can be met."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import (
    ACCURACY,
    FRAME_RATE,
    POWER,
    TEMPERATURE,
    Goals,
    KnobValue,
)
from dyn_perception.control.profile_model import CLOCK_TOLERANCE, ProfileModel

# A point is only left out if another of its placement is better by this share: profiles err.
_CLEARLY = 0.05
# Expected accuracies within this are equal: the one with least energy is chosen.
EQUAL_ACCURACY = 0.001
# Cost of a change of placement, which counts only after some frames and whose slowdown is known
# less well: it has to gain as much accuracy, or save such a share of the power.
MOVING_ACCURACY = 0.01
MOVING_POWER_SHARE = 0.03
# What is left of a goal that cannot be met: on-time score and watts within which points are equal.
_EQUAL_SCORE = 0.15
_EQUAL_POWER_SHARE = 0.01

_NORMAL = NormalDist()
_ROOT_HALF = math.sqrt(0.5)
_SCORES = np.linspace(-5.0, 5.0, 201)
_PROBABILITIES = np.array([_NORMAL.cdf(score) for score in _SCORES])


def allowed(
    table: OperatingPointTable,
    held: Mapping[str, KnobValue],
    refused: Collection[tuple[str, KnobValue]],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Find the points that fit held knobs and use nothing that was refused.

    A held clock fits the highest listed clock that is not above it (a person may set steps that
    were not profiled). A demand that leaves nothing is dropped, in the order clocks, placement,
    width, and named.

    Returns:
        Mask of [points], and the knobs whose demand could not be met.
    """
    fits = np.ones(len(table), dtype=bool)
    unmet = []
    order = sorted(held, key=lambda knob: (knob != 'width', knob != 'placement', knob))
    for knob in order:
        narrower = fits & _has(table, knob, held[knob])
        if narrower.any():
            fits = narrower
        else:
            unmet.append(knob)
    for knob, value in refused:
        if knob in held:
            continue
        narrower = fits & ~_has(table, knob, value, exactly=True)
        if narrower.any():
            fits = narrower
    return fits, unmet


def _has(
    table: OperatingPointTable, knob: str, value: KnobValue, exactly: bool = False
) -> NDArray[np.bool_]:
    nothing = np.zeros(len(table), dtype=bool)
    if knob == 'placement':
        if value not in table.placements:
            return nothing
        return np.asarray(table.placement_index == table.placements.index(str(value)))
    if isinstance(value, str):
        return nothing
    if knob == 'width':
        return np.asarray(table.widths == value)
    if knob not in table.knobs:
        return nothing if exactly else ~nothing
    clocks = table.clock_mhz[:, table.knobs.index(knob)]
    listed = np.unique(clocks[~np.isnan(clocks)])
    if not exactly:
        below = listed[listed <= value * (1 + CLOCK_TOLERANCE)]
        value = float(below[-1] if below.size else listed[0])
    same = np.abs(clocks - value) <= CLOCK_TOLERANCE * abs(value)
    return np.asarray(same if exactly else same | np.isnan(clocks))


def undominated(model: ProfileModel, fits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the points that are worth looking at, in order of placement.

    A point is left out if another one of the same placement is clearly faster, is at least as
    accurate and draws clearly less, idle and for the frame's work, at any slowdown and frame rate:
    no goal and no estimate of a common slowdown can make it the better one.
    """
    table = model.table
    kept = []
    for place in range(len(table.placements)):
        rows = np.flatnonzero(fits & (table.placement_index == place))
        costs = np.stack(
            [
                table.latency_s[rows],
                model.idle_w[rows],
                (model.busy_w[rows] - model.idle_w[rows]) * table.latency_s[rows],
            ]
        )
        better = (costs[:, :, None] <= costs[:, None, :]).all(axis=0)
        clearly = (costs[[0, 2], :, None] <= (1 - _CLEARLY) * costs[[0, 2], None, :]).all(axis=0)
        accurate = model.accuracy[rows][:, None] >= model.accuracy[rows][None, :]
        dominated = (better & clearly & accurate).any(axis=0)
        kept.append(rows[~dominated])
    return np.concatenate(kept)


@dataclass(frozen=True, slots=True)
class Predictions:
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
class Constraints:
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


def probability_on_time(score: float) -> float:
    """Return the probability that a frame with an on-time score is on time (NaN for NaN).

    It is that of a standard normal variable below the score.
    """
    return 0.5 * math.erfc(-score * _ROOT_HALF)


def probabilities_on_time(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return them for many scores, within 0.0002 (interpolated: NumPy has no such function)."""
    return np.asarray(np.interp(scores, _SCORES, _PROBABILITIES))


def score_for(probability: float) -> float:
    """Return the on-time score that has a probability, 0 < it < 1."""
    return _NORMAL.inv_cdf(probability)


def feasible(predictions: Predictions, constraints: Constraints) -> NDArray[np.bool_]:
    """Return which candidates meet all constraints."""
    lowest = min(constraints.power_w, constraints.thermal_power_w)
    met = (predictions.score >= constraints.score) & (predictions.power_w <= lowest)
    if constraints.accuracy > 0:
        met &= predictions.accuracy >= constraints.accuracy
    return met


def choose(
    predictions: Predictions, constraints: Constraints, goals: Goals
) -> tuple[int, tuple[str, ...]]:
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
    met = feasible(predictions, constraints)
    gave_way: list[str] = []
    if not met.any():
        met = _lexicographic(predictions, constraints, goals.priority, gave_way)
    return _best(predictions, met, goals.objective), tuple(reversed(gave_way))


def _best(predictions: Predictions, met: NDArray[np.bool_], objective: str) -> int:
    if objective == 'accuracy':
        expected = predictions.accuracy * probabilities_on_time(predictions.score)
        moved = np.where(met, expected - MOVING_ACCURACY * predictions.elsewhere, -1.0)
        # To save power, it is enough that moving does not cost accuracy.
        met = met & (expected >= moved.max() - EQUAL_ACCURACY)
    cost = predictions.power_w * (1.0 + MOVING_POWER_SHARE * predictions.elsewhere)
    return int(np.where(met, cost, np.inf).argmin())


def _lexicographic(
    predictions: Predictions,
    constraints: Constraints,
    priority: tuple[str, ...],
    gave_way: list[str],
) -> NDArray[np.bool_]:
    """Narrow the candidates goal by goal; add to `gave_way` those that none meets."""
    remaining = np.ones(len(predictions.score), dtype=bool)
    for goal in priority:
        # Each goal as a quantity that is to be small, and the value that is good enough.
        if goal == FRAME_RATE:
            quantity, enough, equal = -predictions.score, -constraints.score, _EQUAL_SCORE
        elif goal == ACCURACY:
            quantity, enough, equal = -predictions.accuracy, -constraints.accuracy, EQUAL_ACCURACY
        else:
            assert goal in (POWER, TEMPERATURE)
            quantity = predictions.power_w
            enough = constraints.power_w if goal == POWER else constraints.thermal_power_w
            equal = _EQUAL_POWER_SHARE * float(quantity.min())
        met = remaining & (quantity <= enough)
        if not met.any():
            gave_way.append(goal)
            met = remaining & (quantity <= np.where(remaining, quantity, np.inf).min() + equal)
        remaining = met
    return remaining
