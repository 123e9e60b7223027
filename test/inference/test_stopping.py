# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a frame ends, on a clock that the test advances; and what that is judged by."""

import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dyn_perception.inference.stopping import (
    FrameLimits,
    StopReason,
    StopRule,
    TimeEstimate,
    softmax,
)

GROUPS = 4
TEMPERATURES = (0.8, 1.0, 1.2, 1.5)
NOTHING = np.zeros((2, 10), np.float32)
LOGITS = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 12)),
    elements=st.floats(-1e4, 1e4, width=32),
)


def estimate(*seconds: float) -> TimeEstimate:
    result = TimeEstimate()
    for value in seconds:
        result.add(value)
    return result


def run(limits: FrameLimits, group_s: float, delivery_s: float, start: float):
    """Return groups run, reason and end of a frame whose every group takes the same time."""
    now = start
    rule = StopRule(limits, TEMPERATURES, estimate(group_s), estimate(delivery_s), lambda: now)
    for group in range(1, GROUPS + 1):
        now += group_s
        reason = rule(group, NOTHING)
        if reason is not None:
            return group, reason, now + delivery_s
    raise AssertionError('the rule never stopped')


@settings(deadline=None)
@given(
    width=st.integers(1, GROUPS),
    group_s=st.floats(0.001, 1),
    delivery_s=st.floats(0, 0.1),
    start=st.floats(0, 10),
    given_s=st.floats(0.001, 5),
)
def test_as_many_groups_as_fit_and_no_more(
    width: int,
    group_s: float,
    delivery_s: float,
    start: float,
    given_s: float,
) -> None:
    deadline = start + given_s
    groups, reason, end = run(FrameLimits(width, deadline), group_s, delivery_s, start)
    assert 1 <= groups <= width
    if groups > 1:
        assert end <= deadline + 1e-9
    if groups < width:
        assert reason is StopReason.DEADLINE
        assert end + group_s > deadline - 1e-9
    else:
        assert reason is StopReason.WIDTH


def test_without_limits_every_group_is_run() -> None:
    assert run(FrameLimits(3), 1.0, 1.0, 0.0)[:2] == (3, StopReason.WIDTH)


def test_deadline_that_is_over_leaves_the_first_group() -> None:
    found = run(FrameLimits(4, deadline_s=-1.0), 0.1, 0.0, 0.0)
    assert found[:2] == (1, StopReason.DEADLINE)


def test_spread_of_the_time_counts() -> None:
    limits = FrameLimits(4, deadline_s=0.0125)
    steady, shaky = estimate(*[0.01] * 10), estimate(*[0.005, 0.015] * 5)
    for group_time, expected in ((steady, None), (shaky, StopReason.DEADLINE)):
        rule = StopRule(limits, TEMPERATURES, group_time, estimate(0.0), lambda: 0.0)
        assert rule(1, NOTHING) is expected


def test_sure_is_a_calibrated_score_in_every_region() -> None:
    logits = np.array([[8, 0, 0], [2, 0, 0]], np.float32)
    scores = softmax(logits, TEMPERATURES[0]).max(axis=1)
    assert scores[0] > scores[1]

    def reason(confidence: float, rows: slice) -> StopReason | None:
        limits = FrameLimits(4, math.inf, confidence)
        return StopRule(limits, TEMPERATURES, estimate(), estimate())(1, logits[rows])

    assert reason(float(scores[1]), slice(0, 2)) is StopReason.CONFIDENCE
    assert reason(float(scores[1]) + 1e-4, slice(0, 2)) is None
    assert reason(float(scores[1]) + 1e-4, slice(0, 1)) is StopReason.CONFIDENCE
    assert reason(0.0, slice(0, 2)) is None


@settings(deadline=None)  # the machine may be busy
@given(LOGITS, st.floats(0.1, 10))
def test_scores_are_probabilities_that_keep_the_most_probable_class(logits, temperature):
    scores = softmax(logits, temperature)
    assert scores.dtype == np.float32
    assert np.all(scores >= 0)
    np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    chosen = scores[np.arange(len(scores)), logits.argmax(axis=1)]
    np.testing.assert_array_equal(chosen, scores.max(axis=1))


def test_known_values():
    logits = np.log(np.array([[1, 2, 5]], np.float32))
    np.testing.assert_allclose(softmax(logits), [[0.125, 0.25, 0.625]], rtol=1e-6)
    halved = np.sqrt([1, 2, 5]) / np.sqrt([1, 2, 5]).sum()
    np.testing.assert_allclose(softmax(logits, 2.0), [halved], rtol=1e-6)


def test_nothing_is_known_at_first() -> None:
    assert estimate().mean_s == estimate().bound_s == 0


def test_equal_times_have_no_spread() -> None:
    assert estimate(*[0.01] * 50).bound_s == pytest.approx(0.01)


@settings(deadline=None)
@given(st.lists(st.floats(1e-5, 10), min_size=1, max_size=32))
def test_the_first_times_count_alike(seconds: list[float]) -> None:
    learnt = estimate(*seconds)
    assert learnt.mean_s == pytest.approx(np.mean(seconds))
    expected = np.mean(seconds) + 3 * np.std(seconds)
    assert learnt.bound_s == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_old_times_are_forgotten() -> None:
    learnt = estimate(*[0.1] * 200, *[0.01] * 600)
    assert learnt.bound_s == pytest.approx(0.01, rel=0.05)


def test_rarely_exceeded() -> None:
    times = np.random.default_rng(0).normal(0.01, 0.001, 3000)
    learnt = estimate(*times[:200])
    late = 0
    for value in times[200:]:
        late += value > learnt.bound_s
        learnt.add(value)
    assert late / 2800 < 0.01


def test_another_thread_reads_what_was_known_before_or_after_a_time() -> None:
    """Whichever line of `add` it reads at; a lock would do no more."""
    learnt = estimate(0.001, 0.001)
    before = learnt.mean_s, learnt.bound_s
    seen = set()

    def read(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        seen.add((learnt.mean_s, learnt.bound_s))
        return read

    def traced(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        return read if frame.f_code is TimeEstimate.add.__code__ else None

    previous = sys.gettrace()
    sys.settrace(traced)
    try:
        learnt.add(0.1)
    finally:
        sys.settrace(previous)
    assert seen == {before, (learnt.mean_s, learnt.bound_s)}
