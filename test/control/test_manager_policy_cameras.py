# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy where several cameras share the network."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.policy import FrameObservation, Goals, Status
from support.camera_plant import Camera, CameraPlant
from support.tiny_plant import make_table

TABLE = make_table()  # width 4 takes 20 ms, 3: 15.5 ms, 2: 11 ms, 1: 6.5 ms


def managed(*cameras: Camera, fps: float = 30.0, seconds: float = 20.0, **plant: Any) -> Any:
    return CameraPlant(cameras, **plant).run(ManagerPolicy(TABLE, Goals(fps)), seconds)


@pytest.mark.parametrize('offset_s', [0.0, 0.004, 0.017], ids=['together', 'close', 'apart'])
def test_two_cameras_get_the_width_of_which_two_frames_fit_the_period(offset_s: float) -> None:
    assert managed(Camera('a'), fps=25.0).widths(2.0, 20.0) == {4}
    both = managed(
        Camera('a', fps=25.0), Camera('b', fps=25.0, start_s=offset_s), fps=25.0, noise=0.01
    )
    assert both.widths(2.0, 20.0) == {3}, '2 * 20 ms are not on time, 2 * 15.5 ms are'
    assert both.share_on_time(2.0, 20.0, 'a') == both.share_on_time(2.0, 20.0, 'b') == 1.0


def test_the_width_is_lowered_before_the_first_late_frame_is_finished() -> None:
    plant = managed(
        Camera('a'), seconds=12.0, slowdown=lambda time_s: 4.0 if time_s >= 10.0 else 1.0
    )
    late = next(result for result in plant.results if result.latency_s > 1 / 30)
    lowered_s = next(time_s for time_s, decision in plant.decisions if decision.point.width < 4)
    assert late.arrival_s < lowered_s < late.end_s, 'its result is overdue by then'
    after = [result for result in plant.results if result.arrival_s > late.arrival_s]
    assert after[0].point.width < 4, 'no second frame is begun at the full width'


def test_cameras_that_drift_past_each_other_are_on_time() -> None:
    plant = managed(Camera('a'), Camera('b', fps=29.7), Camera('c', fps=29.9), seconds=40.0)
    assert plant.share_on_time(1.0, 40.0) > 0.99
    assert plant.widths(1.0, 40.0) == {1}


def test_a_new_camera_costs_few_frames_and_one_that_dies_gives_its_time_back() -> None:
    cameras = Camera('a'), Camera('b', start_s=10.01, end_s=20.0)
    plant = managed(*cameras, seconds=30.0)
    assert plant.widths(1.0, 10.0) == {4}
    assert max(plant.widths(10.2, 20.0)) < 4
    assert sum(result.latency_s > 1 / 30 for result in plant.between(10.0, 20.0)) <= 3
    assert plant.widths(21.5, 30.0) == {4}, 'after a second it counts no more'
    assert plant.share_on_time(20.0, 30.0) == 1.0
    assert plant.decisions[-1][1].status == Status.MET


def test_a_competing_program_is_answered_with_two_cameras_too() -> None:
    plant = managed(
        Camera('a', fps=15.0), Camera('b', fps=15.0, start_s=0.02), fps=15.0, seconds=30.0,
        slowdown=lambda time_s: 2.5 if 10.0 <= time_s < 20.0 else 1.0,
    )  # fmt: skip
    assert plant.widths(2.0, 10.0) == {4}
    during = [result.point.width for result in plant.between(10.5, 20.0)]
    assert max(during) == 2 and during.count(2) > 0.9 * len(during), '2 * 2.5 * 11 ms fit 66.7 ms'
    assert plant.share_on_time(10.0, 20.0) > 0.98
    assert plant.widths(23.0, 30.0) == {4}


@settings(deadline=None, max_examples=40)  # the machine may be busy
@given(
    st.lists(st.floats(5.0, 40.0), min_size=1, max_size=3),
    st.floats(1.0, 6.0),
    st.floats(8.0, 60.0),
    st.floats(8.0, 60.0),
    st.integers(0, 9),
)
def test_frames_that_wait_for_longer_than_the_period_are_answered(
    rates: list[float], slowdown: float, first_fps: float, second_fps: float, seed: int
) -> None:
    cameras = tuple(Camera(str(number), fps=fps) for number, fps in enumerate(rates))
    policy = ManagerPolicy(TABLE, Goals(first_fps))
    plant = CameraPlant(cameras, slowdown=lambda time_s: slowdown, seed=seed)
    plant.run(policy, 2.0)
    policy.set_goals(Goals(second_fps))  # while frames wait
    assert policy.decide(2.0).point in TABLE.points


def test_what_no_width_can_do_for_all_cameras_is_said() -> None:
    cameras = [Camera(name, fps=60.0) for name in 'abc']
    plant = managed(*cameras, fps=60.0, seconds=5.0)
    decision = plant.decisions[-1][1]
    assert (decision.status, decision.gave_way) == (Status.INFEASIBLE, ('frame_rate',))
    assert decision.point.width == 1
    reasons = [decision.reason for _, decision in plant.decisions]
    assert any('of 16.7 ms for a frame of each of 2 cameras' in reason for reason in reasons)
    assert decision.expected_latency_s == pytest.approx(3 * 0.0065, rel=0.1)


def test_power_is_that_of_the_frames_of_all_cameras() -> None:
    powers = []
    for names in ('a', 'ab'):
        policy = ManagerPolicy(TABLE, Goals(10.0))
        policy.set_held({'width': 2, 'placement': 'gpu', 'gpu': 1200.0})
        cameras = tuple(Camera(name, fps=10.0) for name in names)
        decision = CameraPlant(cameras).run(policy, 3.0).decisions[-1][1]
        powers.append(decision.expected_power_w)
    point = decision.point
    busy_w = point.busy_power_w - point.idle_power_w
    expected = [point.idle_power_w + busy_w * n * 10.0 * point.latency_s for n in (1, 2)]
    assert powers == pytest.approx(expected, rel=0.02)


def test_irregular_cameras_are_served() -> None:
    plant = managed(Camera('a', jitter_s=0.01), Camera('b', start_s=0.01, jitter_s=0.02))
    assert plant.share_on_time(1.0, 20.0) > 0.98


ANY = st.floats(allow_nan=True, allow_infinity=True)
FRAMES = st.builds(
    FrameObservation,
    time_s=ANY | st.floats(0.0, 100.0),
    latency_s=ANY | st.floats(0.001, 1.0),
    width=st.integers(-1, 5),
    placement=st.sampled_from(['gpu', 'cpu:big', '']),
    queueing_s=ANY | st.just(0.0),
    dropped=st.integers(-1, 5),
    camera=st.sampled_from(['', 'a', 'b', 'c']),
)


@settings(deadline=None, max_examples=100)
@given(st.lists(FRAMES, max_size=12))
def test_rubbish_of_several_cameras_does_not_spoil_the_decision(frames: list[Any]) -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0))
    for frame in frames:
        policy.observe_frame(frame)
        decision = policy.decide(frame.time_s)
        assert decision.point in TABLE.points
        assert math.isfinite(decision.expected_latency_s) and decision.expected_latency_s > 0
        assert 0.0 <= decision.on_time_probability <= 1.0
