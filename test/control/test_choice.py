# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The choice among candidates: limits, order of what gives way, and monotony."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control import normal
from dyn_perception.control.choice import EQUAL_ACCURACY, Limits, Outlook, choose, meeting
from dyn_perception.control.dwell import Dwell
from dyn_perception.control.policy import DEFAULT_PRIORITY, Goals


def make_outlook(rows: list[tuple[float, float, float]]) -> Outlook:
    accuracy, score, power = np.array(rows, dtype=float).T
    return Outlook(accuracy, score, power, np.zeros(len(rows), dtype=bool))


OUTLOOKS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(-20, 20), st.floats(0.5, 20)), min_size=1, max_size=30
).map(make_outlook)
LIMITS = st.builds(
    Limits,
    score=st.floats(0, 4),
    power_w=st.floats(0.1, 30),
    thermal_power_w=st.floats(0.1, 30) | st.just(math.inf),
    accuracy=st.floats(0, 1),
)
OBJECTIVES = st.sampled_from(['accuracy', 'energy'])
PRIORITIES = st.permutations(DEFAULT_PRIORITY).map(tuple)


@settings(deadline=None)
@given(OUTLOOKS, LIMITS, OBJECTIVES, PRIORITIES)
def test_a_candidate_that_meets_all_limits_is_chosen_if_there_is_one(
    outlook: Outlook, limits: Limits, objective: str, priority: tuple[str, ...]
) -> None:
    goals = Goals(30.0, objective=objective, priority=priority)
    chosen, gave_way = choose(outlook, limits, goals)
    met = meeting(outlook, limits)
    assert met[chosen] == met.any()
    assert bool(gave_way) != met.any()


@settings(deadline=None)
@given(OUTLOOKS, LIMITS, PRIORITIES)
def test_the_goal_that_is_kept_longest_is_met_if_any_candidate_meets_it(
    outlook: Outlook, limits: Limits, priority: tuple[str, ...]
) -> None:
    chosen, gave_way = choose(outlook, limits, Goals(30.0, priority=priority))
    meets = {
        'frame_rate': outlook.score >= limits.score,
        'power': outlook.power_w <= limits.power_w,
        'temperature': outlook.power_w <= limits.thermal_power_w,
        'accuracy': outlook.accuracy >= limits.accuracy,
    }[priority[0]]
    assert meets[chosen] == meets.any()
    assert (priority[0] in gave_way) != meets.any()


@settings(deadline=None)
@given(OUTLOOKS, LIMITS, st.floats(0, 10))
def test_a_larger_budget_never_costs_accuracy(
    outlook: Outlook, limits: Limits, more_w: float
) -> None:
    larger = Limits(limits.score, limits.power_w + more_w, math.inf, limits.accuracy)
    smaller = Limits(limits.score, limits.power_w, math.inf, limits.accuracy)
    if meeting(outlook, smaller).any():
        expected = outlook.accuracy * normal.below_each(outlook.score)
        goals = Goals(30.0)
        before = expected[choose(outlook, smaller, goals)[0]]
        after = expected[choose(outlook, larger, goals)[0]]
        assert after >= before - EQUAL_ACCURACY


@settings(deadline=None)
@given(OUTLOOKS, LIMITS, OBJECTIVES)
def test_no_candidate_that_is_as_good_costs_clearly_less_power(
    outlook: Outlook, limits: Limits, objective: str
) -> None:
    chosen, _ = choose(outlook, limits, Goals(30.0, objective=objective))
    met = meeting(outlook, limits)
    if met.any() and objective == 'energy':
        assert outlook.power_w[chosen] == outlook.power_w[met].min()
    elif met.any():
        expected = outlook.accuracy * normal.below_each(outlook.score)
        better = met & (expected >= expected[chosen]) & (outlook.power_w < outlook.power_w[chosen])
        assert not better.any()


def test_a_point_that_is_often_late_is_worth_less_than_its_accuracy() -> None:
    outlook = make_outlook([(0.75, 1.0, 3.0), (0.73, 4.0, 3.0)])
    limits = Limits(0.5, math.inf, math.inf, 0.0)
    assert choose(outlook, limits, Goals(30.0))[0] == 1


def test_moving_to_another_placement_has_to_gain_something() -> None:
    rows = [(0.730, 4.0, 3.0), (0.735, 4.0, 3.0)]
    limits = Limits(2.0, math.inf, math.inf, 0.0)
    assert choose(make_outlook(rows), limits, Goals(30.0))[0] == 1
    elsewhere = make_outlook(rows)
    elsewhere.elsewhere[1] = True
    assert choose(elsewhere, limits, Goals(30.0))[0] == 0


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
    outlook = make_outlook([(0.6, 0.0, 2.0), (0.6, 3.0, 4.0), (0.7, 1.0, 5.0)])
    limits = Limits(2.0, 3.0, 10.0, 0.65)
    index, gave_way = choose(outlook, limits, Goals(30.0, priority=priority))
    assert index == chosen and gave_way
    for earlier, later in itertools.pairwise(gave_way):
        assert priority.index(earlier) > priority.index(later), 'the last gives way first'


def test_the_normal_distribution_is_right() -> None:
    assert normal.below(0.0) == 0.5
    assert normal.below(normal.score_of(0.99)) == pytest.approx(0.99)
    scores = np.linspace(-6, 6, 500)
    exact = [normal.below(score) for score in scores]
    np.testing.assert_allclose(normal.below_each(scores), exact, atol=2e-4)


def test_a_step_up_has_to_last_before_it_is_made_and_a_regretted_one_makes_careful() -> None:
    dwell, period_s = Dwell(), 0.1

    def waits(start_s: float) -> int:
        for frame in itertools.count():
            if dwell.allows(3, True, start_s + frame * period_s, period_s):
                return frame
        raise AssertionError

    first = waits(0.0)
    assert first >= 1
    dwell.changed(True, False, 1.0, period_s)
    dwell.changed(False, True, 1.3, period_s)  # taken back at once
    assert waits(5.0) > first
    dwell.changed(True, False, 10.0, period_s)
    dwell.changed(True, False, 30.0, period_s)  # lasted
    assert waits(40.0) == first


def test_a_sight_that_is_lost_starts_anew() -> None:
    dwell, period_s = Dwell(), 0.1
    assert not dwell.allows(3, True, 0.0, period_s)
    dwell.forget()
    assert not dwell.allows(3, True, 10.0, period_s)
    assert dwell.allows(3, True, 10.3, period_s)
