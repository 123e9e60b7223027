# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The running estimate of a time and its spread."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.inference.time_estimate import TimeEstimate


def learnt(*seconds: float) -> TimeEstimate:
    estimate = TimeEstimate()
    for value in seconds:
        estimate.add(value)
    return estimate


def test_nothing_is_known_at_first() -> None:
    assert learnt().mean_s == learnt().bound_s == 0


def test_equal_times_have_no_spread() -> None:
    assert learnt(*[0.01] * 50).bound_s == pytest.approx(0.01)


@settings(deadline=None)
@given(st.lists(st.floats(1e-5, 10), min_size=1, max_size=32))
def test_the_first_times_count_alike(seconds: list[float]) -> None:
    estimate = learnt(*seconds)
    assert estimate.mean_s == pytest.approx(np.mean(seconds))
    expected = np.mean(seconds) + 3 * np.std(seconds)
    assert estimate.bound_s == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_old_times_are_forgotten() -> None:
    estimate = learnt(*[0.1] * 200, *[0.01] * 600)
    assert estimate.bound_s == pytest.approx(0.01, rel=0.05)


def test_rarely_exceeded() -> None:
    times = np.random.default_rng(0).normal(0.01, 0.001, 3000)
    estimate = learnt(*times[:200])
    late = 0
    for value in times[200:]:
        late += value > estimate.bound_s
        estimate.add(value)
    assert late / 2800 < 0.01
