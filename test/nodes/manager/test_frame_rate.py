# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Counting frames on time."""

import math

import pytest

pytest.importorskip('rclpy', reason='node tests need ROS 2: run `make test` or source it')

from dyn_perception.nodes.manager.frame_rate import FrameRate

PERIOD_S = 0.1


def test_dropped_and_slow_frames_are_late() -> None:
    achieved = FrameRate()
    achieved.add(1.0, 0.1, 0, PERIOD_S)
    achieved.add(1.2, 0.1001, 1, PERIOD_S)
    achieved.add(1.3, math.nan, 0, PERIOD_S)
    assert (achieved.frames, achieved.late) == (4, 3)
    assert achieved.on_time_share(1.3) == 0.25
    assert achieved.fps(1.3, PERIOD_S) == 3.0


def test_shares_and_rates_forget() -> None:
    achieved = FrameRate()
    assert math.isnan(achieved.on_time_share(0.0))
    assert achieved.is_silent(0.0, PERIOD_S)
    achieved.add(5.0, 0.2, 0, PERIOD_S)
    assert not achieved.is_silent(5.9, PERIOD_S)
    assert achieved.is_silent(6.1, PERIOD_S)
    assert not achieved.is_silent(7.9, period_s=1.0)
    assert achieved.fps(6.1, PERIOD_S) == 0.0
    assert achieved.on_time_share(14.9) == 0.0
    assert math.isnan(achieved.on_time_share(15.1))


def test_a_rate_below_one_a_second_is_seen() -> None:
    for period_s in (2.0, 50.0):
        achieved = FrameRate()
        for number in range(10):
            achieved.add(period_s * number, 0.1, 0, period_s)
            if number >= 3:
                for part in (0.0, 0.3, 0.9):
                    now_s = period_s * (number + part)
                    assert achieved.fps(now_s, period_s) == pytest.approx(1 / period_s)
        assert achieved.fps(period_s * 12, period_s) == 0.0
        assert math.isnan(achieved.on_time_share(period_s * 9 + 10.1))


def test_the_mean_latency_is_that_since_the_last_time() -> None:
    achieved = FrameRate()
    for latency_s in (0.1, 0.3):
        achieved.add(1.0, latency_s, 0, PERIOD_S)
    assert achieved.take_latency_s() == pytest.approx(0.2)
    assert math.isnan(achieved.take_latency_s())


def test_the_rate_is_that_of_the_slowest_camera_that_delivers() -> None:
    achieved = FrameRate()
    for number in range(20):
        achieved.add(0.1 * number, 0.05, 0, PERIOD_S, 'left')
        if number % 2:
            achieved.add(0.1 * number + 0.05, 0.05, 1, PERIOD_S, 'right')
    assert (achieved.frames, achieved.late) == (40, 10)
    assert achieved.cameras(2.0, PERIOD_S) == 2
    assert achieved.fps(2.0, PERIOD_S) == 5.0
    assert achieved.on_time_share(2.0) == 0.75
    for number in range(20, 40):  # the right one is dead
        achieved.add(0.1 * number, 0.05, 0, PERIOD_S, 'left')
    assert achieved.cameras(4.0, PERIOD_S) == 1
    assert achieved.fps(3.95, PERIOD_S) == 10.0
    assert not achieved.is_silent(4.8, PERIOD_S)
    assert achieved.is_silent(5.0, PERIOD_S), 'none delivers'
    assert achieved.cameras(5.0, PERIOD_S) == 0
