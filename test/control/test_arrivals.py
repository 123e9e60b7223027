# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cameras count, when their frames arrive, and how long those wait."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.control.arrivals import (
    ActiveCameras,
    Arrivals,
    Camera,
    CameraArrivals,
    backlog_s,
)

PERIOD_S = 0.1


def see(cameras: ActiveCameras, results: list[tuple[float, str]]) -> list[int]:
    counts = []
    for time_s, camera in results:
        cameras.see(camera, time_s, PERIOD_S)
        counts.append(len(cameras))
    return counts


def test_a_new_camera_counts_at_once_and_a_silent_one_after_a_second_no_more() -> None:
    cameras = ActiveCameras()
    both = [(0.05 * number, 'ab'[number % 2]) for number in range(20)]
    assert see(cameras, both) == [1] + [2] * 19
    one = [(0.1 * number, 'a') for number in range(10, 40)]
    assert see(cameras, one) == [2] * 10 + [1] * 20, 'the last result of b came at 0.95 s'
    assert 'a' in cameras and 'b' not in cameras
    assert see(cameras, [(4.0, 'b')]) == [2]


def test_at_a_low_target_three_periods_are_waited_for() -> None:
    cameras = ActiveCameras()
    for time_s, camera in [(0.0, 'b'), *((2.0 * number, 'a') for number in range(1, 6))]:
        cameras.see(camera, time_s, 2.0)
        assert len(cameras) == (1 if time_s in (0.0, 8.0, 10.0) else 2)


def test_a_slow_camera_counts_between_its_results() -> None:
    cameras = ActiveCameras()
    results = [(0.1 * number, 'a') for number in range(100)]
    results += [(2.0 * number + 0.05, 'slow') for number in range(5)]
    counts = see(cameras, sorted(results))
    assert set(counts[-70:]) == {2}


def test_a_slow_network_makes_no_camera_silent() -> None:
    cameras = ActiveCameras()
    turns = [(3.0 * number, 'abc'[number % 3]) for number in range(30)]
    assert see(cameras, turns)[2:] == [3] * 28


FRAMES = st.lists(
    st.tuples(st.floats(1e-3, 5.0), st.floats(1e-3, 3.0), st.integers(0, 3)), max_size=30
)


@given(FRAMES, st.floats(0.0, 5.0))
def test_of_one_camera_the_same_is_said_as_ever(
    frames: list[tuple[float, float, int]], later_s: float
) -> None:
    one, several = Arrivals(), CameraArrivals()
    arrival_s = end_s = 0.0
    for step_s, latency_s, dropped in frames:
        arrival_s += step_s
        end_s = max(end_s, arrival_s) + latency_s
        one.add(arrival_s, end_s, dropped)
        several.add('front', arrival_s, end_s, dropped, PERIOD_S)
    assert several.count == 1
    assert (several.end_s, several.next_start_s) == (one.end_s, one.next_start_s)
    assert several.worked_s(end_s + later_s) == one.worked_s(end_s + later_s)
    assert several.latest_start_s == (one.latest_start_s if one.are_regular else math.inf)


def two_cameras(until_s: float = 4.0, dies_s: float = math.inf) -> CameraArrivals:
    """Frames of a at 0, 0.1 ... and of b at 0.04, 0.14 ... s, each worked on for 0.03 s."""
    arrivals = CameraArrivals()
    for number in range(round(until_s / PERIOD_S)):
        start_s = number * PERIOD_S
        arrivals.add('a', start_s, start_s + 0.03, 0, PERIOD_S)
        if start_s + 0.04 < dies_s:
            arrivals.add('b', start_s + 0.04, start_s + 0.07, 0, PERIOD_S)
    return arrivals


def test_the_next_frame_is_that_of_the_camera_whose_turn_it_is() -> None:
    arrivals = two_cameras()
    assert arrivals.count == 2
    assert arrivals.next_start_s == pytest.approx(4.0)
    assert arrivals.worked_s(4.05) == pytest.approx(0.05, abs=0.01)
    arrivals.add('a', 4.0, 4.06, 0, PERIOD_S)  # b's frame arrived at 4.04 s and waited
    assert arrivals.next_start_s == pytest.approx(4.06)
    assert arrivals.worked_s(4.1) == pytest.approx(0.04, abs=0.01)


def test_a_camera_whose_frame_should_have_come_first_is_not_waited_for() -> None:
    arrivals = two_cameras(until_s=4.1, dies_s=4.0)
    # a's frame of 4.0 s is the last one: b's is foretold for 4.04 s.
    assert arrivals.latest_start_s == pytest.approx(4.04, abs=0.01)
    arrivals.add('a', 4.1, 4.13, 0, PERIOD_S)
    assert arrivals.count == 2, 'it may yet come'
    assert arrivals.latest_start_s == pytest.approx(4.2, abs=0.01)
    assert arrivals.worked_s(4.19) == 0.0
    assert [camera.age_s for camera in arrivals.ages(4.13, PERIOD_S)] == [pytest.approx(0.03)]
    # That a newer frame replaced the one in a's slot says nothing of b: a's turn was first.
    waiting = two_cameras(until_s=4.0)
    waiting.add('a', 4.1, 4.13, 1, PERIOD_S)
    assert len(waiting.ages(4.13, PERIOD_S)) == 2


@given(st.floats(0.01, 1.0), st.floats(0.0, 5.0), st.floats(1e-3, 5.0))
def test_with_one_camera_the_backlog_is_how_long_the_next_frame_waits(
    period_s: float, age_s: float, next_s: float
) -> None:
    backlog = backlog_s([Camera(age_s, period_s)], 1, next_s, period_s)
    free_s = age_s + next_s
    waits = age_s > period_s and free_s // period_s > age_s // period_s
    assert backlog == (free_s % period_s if waits else 0.0)


CAMERAS = st.lists(
    st.builds(Camera, st.floats(0.0, 0.5), st.just(PERIOD_S)), min_size=1, max_size=4
)


@given(CAMERAS, st.floats(1e-3, 0.2))
def test_frames_that_take_what_is_left_are_on_time(cameras: list[Camera], next_s: float) -> None:
    backlog = backlog_s(cameras, len(cameras), next_s, PERIOD_S)
    left_s = PERIOD_S / len(cameras) - backlog
    latencies = waiting_latencies_s(cameras, next_s, max(left_s, 0.0))
    # Where even no work at all would be late, nothing is left.
    assert left_s <= 1e-9 or max(latencies, default=0.0) <= PERIOD_S + 1e-9
    if backlog > 1e-9 and left_s > 0.0:
        slower = waiting_latencies_s(cameras, next_s, 1.01 * left_s + 1e-6)
        assert max(slower) > PERIOD_S, 'not less than there is'


def waiting_latencies_s(cameras: list[Camera], next_s: float, work_s: float) -> list[float]:
    """Play the turns of frames that wait now or arrive while the first of them is worked on."""
    turns: list[tuple[float, int]] = []  # since when a slot is waiting, and whose it is
    for number, camera in enumerate(cameras):
        if camera.age_s > PERIOD_S:
            turns.append((PERIOD_S - camera.age_s, number))
    if not turns:
        return []
    turns.sort()
    turns.pop(0)  # that one is begun at once
    for number, camera in enumerate(cameras):
        until_s = PERIOD_S - camera.age_s % PERIOD_S
        if number not in [other for _, other in turns] and until_s <= next_s:
            turns.append((until_s, number))
    turns.sort()
    latencies = []
    for place, (_, number) in enumerate(turns, start=1):
        waited_s = (cameras[number].age_s + next_s) % PERIOD_S
        latencies.append(waited_s + place * work_s)
    return latencies


@given(st.integers(1, 6), st.floats(0.0, 1.0), st.data())
def test_no_backlog_where_a_frame_of_every_camera_fits_the_period(
    count: int, share: float, data: st.DataObject
) -> None:
    work_s = max(share, 0.01) * PERIOD_S / count
    offsets = [data.draw(st.floats(0.0, PERIOD_S - 1e-6)) for _ in range(count)]
    offsets[0] = 0.0
    # Served in turn from a moment on at which nothing waits, over three periods.
    frames = [(offset + n * PERIOD_S, k) for n in range(3) for k, offset in enumerate(offsets)]
    last = [offset - PERIOD_S for offset in offsets]
    end_s = 0.0
    for arrival_s, camera in sorted(frames):
        end_s = max(end_s, arrival_s) + work_s
        last[camera] = arrival_s
        cameras = [Camera(end_s - age_s, PERIOD_S) for age_s in last]
        assert backlog_s(cameras, count, work_s, PERIOD_S) <= 1e-9


def test_an_overdue_frame_is_noticed_only_where_arrivals_are_regular() -> None:
    regular = Arrivals()
    for number in range(40):
        regular.add(number * 0.1, number * 0.1 + 0.05, 0)
    assert regular.next_start_s == pytest.approx(4.0)
    assert regular.worked_s(4.0) == 0.0
    assert regular.worked_s(4.08) == pytest.approx(0.08, abs=0.01)
    assert regular.worked_s(5.0) == 0.0  # the camera may have stopped
    irregular, noise = Arrivals(), random.Random(5)
    time_s = 0.0
    for _ in range(40):
        time_s += noise.uniform(0.02, 0.2)
        irregular.add(time_s, time_s + 0.01, 0)
    assert irregular.worked_s(time_s + 0.3) == 0.0


def test_dropped_frames_do_not_make_arrivals_irregular() -> None:
    arrivals = Arrivals()
    for number in range(40):
        arrivals.add(number * 0.2, number * 0.2 + 0.15, 1)
    assert arrivals.are_regular and arrivals.interval_s == pytest.approx(0.1)
