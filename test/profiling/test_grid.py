# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import pytest

from dyn_perception.board.actuator import Actuator
from dyn_perception.profiling.grid import GridPoint, choose_clocks, make_grid

STEPS = tuple(100.0 * number for number in range(1, 13))
GPU = Actuator('gpu.max_mhz', 100.0, 1200.0, STEPS, ())
ANY = Actuator('cpu.cpu.max_mhz', 800.0, 3000.0, (), ())


def test_few_clocks_are_spread_over_the_range_the_highest_first() -> None:
    assert choose_clocks(GPU, 'few') == [1200.0, 900.0, 700.0, 400.0, 100.0]
    assert choose_clocks(GPU, 'all') == sorted(STEPS, reverse=True)
    assert choose_clocks(ANY, 'few') == [3000.0, 2450.0, 1900.0, 1350.0, 800.0]


@pytest.mark.parametrize('clocks', ['few', 'none'])
def test_each_placement_is_measured_at_its_own_clock(clocks: str) -> None:
    knobs = {'gpu': ('gpu',), 'cpu:a57': ('cpu.a57',)}
    grid = make_grid([2, 1, 2], knobs, [GPU], clocks)
    assert grid[-2:] == [GridPoint(1, 'cpu:a57'), GridPoint(2, 'cpu:a57')]
    assert len(grid) == (2 * 5 + 2 if clocks == 'few' else 4)
    assert grid[0] == (GridPoint(1, 'gpu', (('gpu', 1200.0),)) if clocks == 'few' else grid[0])


def test_clocks_of_processors_that_share_a_frame_are_lowered_together() -> None:
    big = Actuator('cpu.big.max_mhz', 1.0, 3.0, (1.0, 2.0, 3.0), ())
    grid = make_grid([4], {'gpu+cpu:big': ('gpu', 'cpu.big')}, [GPU, big], 'few')
    settings = [point.clocks for point in grid]
    assert settings[0] == (('gpu', 1200.0), ('cpu.big', 3.0))
    assert settings[-1] == (('gpu', 100.0), ('cpu.big', 1.0))
    for knob in ('gpu', 'cpu.big'):
        mhz = [dict(clocks)[knob] for clocks in settings]
        assert mhz == sorted(mhz, reverse=True)
    assert len(settings) == 5
    only = make_grid([4], {'gpu+cpu:big': ('gpu', 'cpu.big')}, [big], 'all')
    assert [point.clocks for point in only] == [(('cpu.big', mhz),) for mhz in (3.0, 2.0, 1.0)]
