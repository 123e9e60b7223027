# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a policy wants comes into force in the node's order."""

import pytest

from dyn_perception.study.actuation import Actuation
from support.simulations import small_table

TABLE = small_table()
ROWS = {(point.width, point.clocks[0][1]): point for point in TABLE.points}


def start(width, clock_mhz, seed=0):
    limits = []
    actuation = Actuation(ROWS[width, clock_mhz], seed, lambda point: limits.append(point.clocks))
    return actuation, limits


def test_everything_is_in_force_at_the_start() -> None:
    actuation, limits = start(2, 500.0)
    assert (actuation.width, actuation.placement) == (2, 'gpu')
    assert limits == [(('gpu', 500.0),)]
    assert actuation.switches == 0


def test_a_width_counts_from_the_next_frame() -> None:
    actuation, _ = start(4, 1000.0)
    actuation.want(ROWS[1, 1000.0], 1.0, 10)
    # The mailbox's frame is begun when the result is published, before anybody can set a width.
    assert actuation.begin(1.0) is None
    assert actuation.width == 4
    assert actuation.begin(1.01) == {'width': 1}
    assert actuation.width == 1
    assert actuation.begin(1.02) is None


def test_up_clocks_first_then_the_width() -> None:
    actuation, limits = start(1, 500.0)
    actuation.want(ROWS[4, 1000.0], 1.0, 10)
    assert actuation.begin(1.02) is None
    applied, frame = None, 10
    while applied is None:
        frame += 1
        assert actuation.begin(1.0 + frame) is None
        applied = actuation.arrive(2.0 + frame, frame)
    assert 11 <= frame <= 13
    assert applied == {'placement': 'gpu', 'gpu': 1000.0}
    assert limits[-1] == (('gpu', 1000.0),)
    assert actuation.begin(100.0) == {'width': 4}


def test_down_the_width_first_then_clocks() -> None:
    actuation, limits = start(4, 1000.0)
    actuation.want(ROWS[1, 500.0], 1.0, 10)
    assert actuation.begin(1.01) == {'width': 1}
    assert limits == [(('gpu', 1000.0),)]
    assert actuation.arrive(2.0, 13) == {'placement': 'gpu', 'gpu': 500.0}


def test_one_set_of_clocks_is_under_way_at_a_time() -> None:
    actuation, limits = start(4, 1000.0)
    actuation.want(ROWS[4, 500.0], 1.0, 10)
    actuation.want(ROWS[4, 1000.0], 1.1, 10)
    assert actuation.switches == 2
    assert actuation.arrive(2.0, 13) == {'placement': 'gpu', 'gpu': 500.0}
    assert actuation.arrive(3.0, 16) == {'placement': 'gpu', 'gpu': 1000.0}
    assert actuation.arrive(4.0, 19) is None
    assert len(limits) == 3


def test_the_width_is_not_raised_while_lower_clocks_are_under_way() -> None:
    actuation, _ = start(2, 1000.0)
    actuation.want(ROWS[1, 500.0], 1.0, 10)
    actuation.want(ROWS[4, 1000.0], 1.1, 10)
    assert actuation.begin(1.2) == {'width': 1}
    actuation.arrive(2.0, 13)
    assert actuation.begin(2.1) is None
    actuation.arrive(3.0, 16)
    assert actuation.begin(3.1) == {'width': 4}


@pytest.mark.parametrize('seed', range(5))
def test_delays_are_one_to_three_frames_and_of_the_seed(seed) -> None:
    def delays():
        actuation, _ = start(4, 1000.0, seed)
        found, frame = [], 0
        for clock_mhz in (500.0, 1000.0) * 20:
            actuation.want(ROWS[4, clock_mhz], float(frame), frame)
            begun = frame
            while actuation.arrive(float(frame), frame) is None:
                frame += 1
            found.append(frame - begun)
        return found

    assert set(delays()) == {1, 2, 3}
    assert delays() == delays()
