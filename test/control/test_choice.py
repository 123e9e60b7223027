# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The choice: allowed points, constraints, the order of what gives way, and monotony."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.choice import (
    EQUAL_ACCURACY,
    Constraints,
    Predictions,
    allowed,
    choose,
    feasible,
    probabilities_on_time,
    probability_on_time,
    score_for,
    undominated,
)
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import DEFAULT_PRIORITY, Goals
from dyn_perception.control.profile_model import ProfileModel
from support.tiny_plant import make_table


def make_predictions(rows: list[tuple[float, float, float]]) -> Predictions:
    accuracy, score, power = np.array(rows, dtype=float).T
    return Predictions(accuracy, score, power, np.zeros(len(rows), dtype=bool))


PREDICTIONS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(-20, 20), st.floats(0.5, 20)), min_size=1, max_size=30
).map(make_predictions)


CONSTRAINTS = st.builds(
    Constraints,
    score=st.floats(0, 4),
    power_w=st.floats(0.1, 30),
    thermal_power_w=st.floats(0.1, 30) | st.just(math.inf),
    accuracy=st.floats(0, 1),
)


OBJECTIVES = st.sampled_from(['accuracy', 'energy'])


PRIORITIES = st.permutations(DEFAULT_PRIORITY).map(tuple)


@settings(deadline=None)
@given(PREDICTIONS, CONSTRAINTS, OBJECTIVES, PRIORITIES)
def test_a_candidate_that_meets_all_limits_is_chosen_if_there_is_one(
    predictions: Predictions, constraints: Constraints, objective: str, priority: tuple[str, ...]
) -> None:
    goals = Goals(30.0, objective=objective, priority=priority)
    chosen, gave_way = choose(predictions, constraints, goals)
    met = feasible(predictions, constraints)
    assert met[chosen] == met.any()
    assert bool(gave_way) != met.any()


@settings(deadline=None)
@given(PREDICTIONS, CONSTRAINTS, PRIORITIES)
def test_the_goal_that_is_kept_longest_is_met_if_any_candidate_meets_it(
    predictions: Predictions, constraints: Constraints, priority: tuple[str, ...]
) -> None:
    chosen, gave_way = choose(predictions, constraints, Goals(30.0, priority=priority))
    meets = {
        'frame_rate': predictions.score >= constraints.score,
        'power': predictions.power_w <= constraints.power_w,
        'temperature': predictions.power_w <= constraints.thermal_power_w,
        'accuracy': predictions.accuracy >= constraints.accuracy,
    }[priority[0]]
    assert meets[chosen] == meets.any()
    assert (priority[0] in gave_way) != meets.any()


@settings(deadline=None)
@given(PREDICTIONS, CONSTRAINTS, st.floats(0, 10))
def test_a_larger_budget_never_costs_accuracy(
    predictions: Predictions, constraints: Constraints, more_w: float
) -> None:
    larger = Constraints(
        constraints.score, constraints.power_w + more_w, math.inf, constraints.accuracy
    )
    smaller = Constraints(constraints.score, constraints.power_w, math.inf, constraints.accuracy)
    if feasible(predictions, smaller).any():
        expected = predictions.accuracy * probabilities_on_time(predictions.score)
        goals = Goals(30.0)
        before = expected[choose(predictions, smaller, goals)[0]]
        after = expected[choose(predictions, larger, goals)[0]]
        assert after >= before - EQUAL_ACCURACY


@settings(deadline=None)
@given(PREDICTIONS, CONSTRAINTS, OBJECTIVES)
def test_no_candidate_that_is_as_good_costs_clearly_less_power(
    predictions: Predictions, constraints: Constraints, objective: str
) -> None:
    chosen, _ = choose(predictions, constraints, Goals(30.0, objective=objective))
    met = feasible(predictions, constraints)
    if met.any() and objective == 'energy':
        assert predictions.power_w[chosen] == predictions.power_w[met].min()
    elif met.any():
        expected = predictions.accuracy * probabilities_on_time(predictions.score)
        better = (
            met
            & (expected >= expected[chosen])
            & (predictions.power_w < predictions.power_w[chosen])
        )
        assert not better.any()


def test_a_point_that_is_often_late_is_worth_less_than_its_accuracy() -> None:
    predictions = make_predictions([(0.75, 1.0, 3.0), (0.73, 4.0, 3.0)])
    constraints = Constraints(0.5, math.inf, math.inf, 0.0)
    assert choose(predictions, constraints, Goals(30.0))[0] == 1


def test_moving_to_another_placement_has_to_gain_something() -> None:
    rows = [(0.730, 4.0, 3.0), (0.735, 4.0, 3.0)]
    constraints = Constraints(2.0, math.inf, math.inf, 0.0)
    assert choose(make_predictions(rows), constraints, Goals(30.0))[0] == 1
    elsewhere = make_predictions(rows)
    elsewhere.elsewhere[1] = True
    assert choose(elsewhere, constraints, Goals(30.0))[0] == 0


@pytest.mark.parametrize(
    ('priority', 'chosen'),
    [
        (('temperature', 'frame_rate', 'power', 'accuracy'), 1),
        (('temperature', 'power', 'frame_rate', 'accuracy'), 0),
        (('accuracy', 'temperature', 'frame_rate', 'power'), 2),
    ],
)
def test_the_declared_order_decides_what_gives_way(priority: tuple[str, ...], chosen: int) -> None:
    # Frugal but late, on time but over the budget, accurate but late and over the budget.
    predictions = make_predictions([(0.6, 0.0, 2.0), (0.6, 3.0, 4.0), (0.7, 1.0, 5.0)])
    constraints = Constraints(2.0, 3.0, 10.0, 0.65)
    index, gave_way = choose(predictions, constraints, Goals(30.0, priority=priority))
    assert index == chosen and gave_way
    for earlier, later in itertools.pairwise(gave_way):
        assert priority.index(earlier) > priority.index(later), 'the last gives way first'


def test_the_normal_distribution_is_right() -> None:
    assert probability_on_time(0.0) == 0.5
    assert probability_on_time(score_for(0.99)) == pytest.approx(0.99)
    scores = np.linspace(-6, 6, 500)
    exact = [probability_on_time(score) for score in scores]
    np.testing.assert_allclose(probabilities_on_time(scores), exact, atol=2e-4)


def test_candidates_keep_what_could_be_best() -> None:
    table = make_table()
    worse = OperatingPoint(4, 'gpu', (('gpu', 1100.0),), 0.05, 0.0, 2.0, 9.0, 0.75)
    model = ProfileModel(OperatingPointTable([*table.points, worse]))
    everything = np.ones(len(model.table), dtype=bool)
    kept = undominated(model, everything)
    assert len(model.table) - 1 not in kept
    assert kept.tolist() == list(range(len(table)))


def test_held_and_refused_knobs_narrow_the_choice() -> None:
    table = make_table()

    def left(held: dict, refused: list = ()) -> tuple[list[OperatingPoint], list[str]]:  # type: ignore[assignment]
        fits, unmet = allowed(table, held, refused)
        return [point for point, fit in zip(table.points, fits, strict=True) if fit], unmet

    points, unmet = left({'width': 2, 'gpu': 640.0})
    assert not unmet and {point.width for point in points} == {2}
    assert {point.clocks for point in points if point.placement == 'gpu'} == {(('gpu', 600.0),)}
    points, unmet = left({'placement': 'npu', 'width': 3})
    assert unmet == ['placement'] and {point.width for point in points} == {3}
    points, _ = left({}, [('gpu', 1200.0), ('width', 4), ('placement', 'cpu:big')])
    assert {point.width for point in points} == {1, 2, 3}
    assert {point.placement for point in points} == {'gpu'}
    assert max(point.clocks[0][1] for point in points) == 900.0
    refused = [('width', width) for width in (1, 2, 3, 4)]
    assert left({}, refused)[0], 'when all was refused, something is still proposed'
