# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which frames may be processed where they arrive."""

from dyn_perception.nodes.perception.worker import QuickFrames


def known(seconds: float) -> QuickFrames:
    frames = QuickFrames()
    frames.arrive(0.0, 'width 1')
    for _ in range(50):
        frames.add(seconds, 'width 1')
    return frames


def test_nothing_is_quick_before_it_was_measured() -> None:
    assert not QuickFrames().arrive(0.0, 'width 1')


def test_short_frames_that_arrive_rarely_are_quick() -> None:
    assert known(0.001).arrive(1.0, 'width 1')
    assert not known(0.005).arrive(1.0, 'width 1')
    assert not known(0.001).arrive(0.0012, 'width 1')


def test_times_that_vary_are_judged_by_their_bound() -> None:
    frames = known(0.002)
    for seconds in (0.001, 0.005) * 20:
        frames.add(seconds, 'width 1')
    assert not frames.arrive(1.0, 'width 1')


def test_another_kind_of_frame_is_measured_anew() -> None:
    frames = known(0.001)
    assert not frames.arrive(1.0, 'width 4')
    frames.add(0.0001, 'width 1')  # begun before the change
    assert not frames.arrive(1.5, 'width 4')
    frames.add(0.002, 'width 4')
    assert frames.arrive(2.0, 'width 4')
