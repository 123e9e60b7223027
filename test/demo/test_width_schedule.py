# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo's plan of widths."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.demo.width_schedule import CYCLE_S, WidthSchedule


def test_goes_from_all_groups_to_one_and_back() -> None:
    schedule = WidthSchedule(4, 20.0)
    assert [schedule.width(2.5 * step + 1) for step in range(8)] == [4, 3, 2, 1, 1, 2, 3, 4]


@settings(deadline=None)  # the machine may be busy
@given(st.integers(1, 8), st.floats(1, 300))
def test_gives_each_width_the_same_share_of_a_run(groups: int, seconds: float) -> None:
    schedule = WidthSchedule(groups, seconds)
    samples = 1000 * groups
    shares = Counter(schedule.width(seconds * (n + 0.5) / samples) for n in range(samples))
    assert sorted(shares) == list(range(1, groups + 1))
    steps_of_a_cycle = 2 * max(1, round(seconds / CYCLE_S))
    assert all(abs(share - 1000) <= 2 * steps_of_a_cycle for share in shares.values())


def test_without_an_end_repeats_its_cycle() -> None:
    schedule = WidthSchedule(3, None)
    assert all(schedule.width(t) == schedule.width(t + 5 * CYCLE_S) for t in range(int(CYCLE_S)))


@pytest.mark.parametrize('seconds', [5.0, 25.0, 3600.0])
def test_a_step_lasts_a_few_seconds_in_a_run_that_is_long_enough(seconds: float) -> None:
    schedule = WidthSchedule(4, seconds)
    changes = sum(
        schedule.width(n * 0.01) != schedule.width((n + 1) * 0.01)
        for n in range(int(seconds * 100) - 1)
    )
    assert changes >= 6
    assert seconds / (changes + 1) > 0.5
