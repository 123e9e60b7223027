# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Busy shares from counters that wrap around, go back, stop or are damaged."""

import math

import pytest

from dyn_perception.board.cpu_load import CpuLoad, parse_times


def stat(*cores: tuple[int, int, int]) -> bytes:
    """Return /proc/stat with (core, busy, idle)."""
    lines = [f'cpu{core} {busy} 0 0 {idle} 0 0 0 0 0 0\n' for core, busy, idle in cores]
    return ''.join(['cpu  1 2 3 4\n', *lines, 'intr 1 2 3\n']).encode()


def test_shares_are_those_between_two_readings() -> None:
    load = CpuLoad()
    load.update(stat((0, 100, 100), (1, 0, 500)), 0.0)
    assert load.cores == (0, 1)
    assert math.isnan(load.share([0]))
    load.update(stat((0, 130, 110), (1, 0, 540)), 0.4)
    assert load.share([0]) == 0.75
    assert load.share([1]) == 0.0
    assert load.share([0, 1]) == 0.375
    assert math.isnan(load.share([0, 7]))


def test_a_counter_that_went_back_is_nan_once() -> None:
    load = CpuLoad()
    readings = [stat((0, 2**32 - 10, 50)), stat((0, 10, 60)), stat((0, 20, 70))]
    shares = []
    for second, content in enumerate(readings):
        load.update(content, float(second))
        shares.append(load.share([0]))
    assert [math.isnan(share) for share in shares] == [True, True, False]
    assert shares[2] == 0.5


def test_one_core_whose_counter_went_back_hides_the_share_of_all() -> None:
    load = CpuLoad()
    load.update(stat((0, 50, 50), (1, 0, 0)), 0.0)
    load.update(stat((0, 40, 60), (1, 100, 100)), 1.0)
    assert math.isnan(load.share([0, 1]))
    assert load.share([1]) == 0.5


def test_guest_time_is_not_counted_twice_and_waiting_is_idle() -> None:
    times = parse_times(b'cpu3 10 1 2 100 50 3 4 5 9 1\n')
    assert times == {3: (10 + 1 + 2 + 3 + 4 + 5, 150)}


def test_a_core_that_comes_online_counts_from_its_second_reading() -> None:
    load = CpuLoad()
    load.update(stat((0, 0, 0)), 0.0)
    load.update(stat((0, 10, 10), (1, 5000, 0)), 1.0)
    assert load.share([0, 1]) == 0.5


def test_counters_that_stand_still_repeat_the_last_share_for_half_a_second() -> None:
    load = CpuLoad()
    load.update(stat((0, 0, 0)), 0.0)
    load.update(stat((0, 1, 3)), 0.1)
    load.update(stat((0, 1, 3)), 0.102)
    assert load.share([0]) == 0.25
    load.update(stat((0, 1, 3)), 0.7)
    assert math.isnan(load.share([0]))
    load.update(stat((0, 2, 4)), 0.8)
    assert load.share([0]) == 0.5


@pytest.mark.parametrize(
    'line',
    [
        b'cpu0 1 2 3', b'cpu0 1 2 3 -4', b'cpu0 1 2 3 x', b'cpux 1 2 3 4', b'cpu99999 1 2 3 4',
        b'cpu0 1 2 3 ' + b'9' * 19, b'cpu0 1 2 3 4 5 6 7 8 9 10 11', b'cpu0 1 2 3 ' + b'9' * 16,
    ],
)  # fmt: skip
def test_counters_with_a_damaged_line_are_not_trusted(line: bytes) -> None:
    assert parse_times(b'cpu 9 9 9 9\n' + line + b'\ncpu5 1 2 3 4\n') == {}


def test_a_line_that_was_cut_off_does_not_count() -> None:
    assert parse_times(b'cpu 9 9 9 9\ncpu5 1 2 3 4\ncpu6 1 2 3 4') == {5: (6, 4)}
    assert parse_times(b'') == parse_times(b'\0\xff') == {}
    load = CpuLoad()
    load.update(stat((0, 0, 0), (1, 0, 0)), 0.0)
    load.update(stat((0, 1, 1)), 1.0)
    assert math.isnan(load.share([0, 1]))
