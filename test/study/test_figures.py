# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of traces that are made by hand."""

import numpy as np
import pytest

from dyn_perception.study.figures import (
    contention_settling,
    excess_s,
    judge,
    settling_frames,
    trailing_mean,
)
from support.simulations import ACCURACIES, goals, hand_made_timeline, hand_made_trace

STEP = ((100, goals(), {}), (100, goals(), {'gpu': 0.5}))


def test_shares_count_late_and_dropped_frames() -> None:
    trace = hand_made_trace(hand_made_timeline(*STEP), late=[10, 100, 101], dropped=[102])
    figures = judge(trace, ACCURACIES)
    assert figures.frames == 200
    assert figures.deadline_hit == pytest.approx(196 / 200)
    # Frames 100...104 follow the disturbance: 195 frames count, one of them late.
    assert figures.deadline_hit_settled == pytest.approx(194 / 195)
    assert figures.accuracy == pytest.approx(0.8 * 196 / 200)


def test_infeasible_frames_count_in_the_accuracy_only() -> None:
    trace = hand_made_trace(hand_made_timeline(*STEP), late=[20, 21], infeasible=[20, 21])
    figures = judge(trace, ACCURACIES)
    assert figures.deadline_hit == 1.0
    assert figures.accuracy == pytest.approx(0.8 * 198 / 200)


def test_the_accuracy_is_that_of_the_width() -> None:
    assert judge(hand_made_trace(hand_made_timeline(*STEP), width=2), ACCURACIES).accuracy == (
        pytest.approx(0.6)
    )


def test_a_frame_that_takes_exactly_the_period_is_on_time() -> None:
    trace = hand_made_trace(hand_made_timeline(*STEP))
    trace.finish_s[0] = trace.timeline.arrival_s[0] + goals().period_s
    trace.finish_s[1] = trace.timeline.arrival_s[1] + goals().period_s * 1.001
    assert trace.on_time().tolist()[:3] == [True, False, True]


@pytest.mark.parametrize(
    ('late', 'frames'),
    [
        ([], 0),
        ([100], 1),
        ([100, 101, 104], 5),  # frames 102 and 103 are on time, but not ten in a row
        ([115], 0),  # settled before
        (range(100, 200), 100),
    ],
)
def test_settling_ends_with_ten_frames_in_a_row(late, frames) -> None:
    trace = hand_made_trace(hand_made_timeline(*STEP), late=late)
    assert settling_frames(trace, trace.on_time()) == [frames]
    assert judge(trace, ACCURACIES).settling_ms == pytest.approx(frames * 50.0)


def test_infeasible_frames_neither_settle_nor_unsettle() -> None:
    trace = hand_made_trace(hand_made_timeline(*STEP), late=[100, 105], infeasible=[105])
    assert settling_frames(trace, trace.on_time()) == [1]


def test_only_steps_up_in_contention_count_for_its_settling() -> None:
    timeline = hand_made_timeline(
        *STEP, (100, goals(), {'gpu': 0.2}), (100, goals(), {'gpu': 0.2, 'cpu:a57': 0.3})
    )
    trace = hand_made_trace(timeline, late=[100, 200, 201, 300, 301, 302])
    assert contention_settling(trace) == [1, 3]


def test_the_first_second_of_each_stretch_is_free() -> None:
    values = np.array([2.0] * 15 + [0.0] + [2.0] * 12)
    durations_s = np.full(28, 0.1)
    limits = np.ones(28)
    assert excess_s(values, limits, durations_s) == pytest.approx(0.5 + 0.2)
    assert excess_s(values, np.full(28, np.inf), durations_s) == 0.0


def test_power_is_judged_by_the_mean_of_a_second() -> None:
    durations_s = np.full(30, 0.1)
    values = np.array([1.0, 3.0] * 15)
    means = trailing_mean(values, durations_s)
    np.testing.assert_allclose(means[9:], 2.0)
    assert means[0] == pytest.approx(1.0)


def test_limits_are_those_of_the_phase() -> None:
    timeline = hand_made_timeline(
        (100, goals(power_budget_w=10.0), {}),
        (100, goals(power_budget_w=2.0, max_temperature_c=50.0), {}),
    )
    trace = hand_made_trace(timeline)
    trace.power_w[:] = [5.0] * 200
    trace.hottest_c[:] = [60.0] * 200
    figures = judge(trace, ACCURACIES)
    # Five seconds each; of the second, the first second is free.
    assert figures.over_power_s == pytest.approx(4.0)
    assert figures.over_temperature_s == pytest.approx(4.0)
