# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Power of rails that count energy, of batteries, and of the whole board."""

import math
from pathlib import Path

import pytest

from dyn_perception.board.board import Board, open_board
from dyn_perception.board.state import RailPower
from dyn_perception.board.total_power import total_power_w
from support.manual_clock import ManualClock
from support.tree_writer import WrittenBoard, write_hwmon

ZONE = 'sys/class/powercap/intel-rapl:0'
RANGE_UJ = 262_143_328_850


def rails(**power_w: float) -> list[RailPower]:
    return [RailPower(name.replace('__', '-'), power) for name, power in power_w.items()]


def rail_power(board: Board) -> float:
    (rail,) = board.read().rails
    return rail.power_w


@pytest.fixture
def counter(tmp_path: Path) -> tuple[WrittenBoard, Board, ManualClock]:
    written = WrittenBoard(tmp_path)
    written.files(ZONE, {'name': 'package-0', 'max_energy_range_uj': RANGE_UJ, 'energy_uj': 0})
    clock = ManualClock()
    return written, open_board(tmp_path, clock), clock


@pytest.mark.parametrize(
    ('first', 'second', 'power_w'),
    [
        (0, 20_000_000, 10.0),
        (RANGE_UJ - 5_000_000, 15_000_000, 10.0),  # wrapped around
        (50_000_000, 40_000_000, None),  # was reset
        (0, 0, 0.0),
        (0, 10**15, None),  # beyond its range
        (0, 2 * 3_000_000_000, None),  # 3 kW
        (0, -1, None),
    ],
)
def test_energy_is_power_over_time(
    counter: tuple[WrittenBoard, Board, ManualClock],
    first: int,
    second: int,
    power_w: float | None,
) -> None:
    written, board, clock = counter
    written.file(f'{ZONE}/energy_uj', first)
    assert math.isnan(rail_power(board))
    clock.sleep(2.0)
    written.file(f'{ZONE}/energy_uj', second)
    found = rail_power(board)
    assert found == pytest.approx(power_w) if power_w is not None else math.isnan(found)


@pytest.mark.parametrize(('first', 'second'), [(50_000_000, 40_000_000), (0, RANGE_UJ + 1)])
def test_a_counter_that_was_reset_or_is_beyond_its_range_is_nan_after_a_long_time_too(
    counter: tuple[WrittenBoard, Board, ManualClock], first: int, second: int
) -> None:
    """Over minutes the whole range would be a power that may be."""
    written, board, clock = counter
    written.file(f'{ZONE}/energy_uj', first)
    board.read()
    clock.sleep(300.0)
    written.file(f'{ZONE}/energy_uj', second)
    assert math.isnan(rail_power(board))


def test_a_counter_that_was_gone_gives_power_from_its_second_reading(
    counter: tuple[WrittenBoard, Board, ManualClock],
) -> None:
    written, board, clock = counter
    board.read()
    powers = []
    for energy_uj in ('', 7_000_000, 9_000_000):
        clock.sleep(1.0)
        written.file(f'{ZONE}/energy_uj', energy_uj)
        powers.append(rail_power(board))
    assert math.isnan(powers[0]) and math.isnan(powers[1])
    assert powers[2] == pytest.approx(2.0)


def test_two_readings_at_the_same_time_have_no_power_between_them(
    counter: tuple[WrittenBoard, Board, ManualClock],
) -> None:
    _, board, _ = counter
    board.read()
    assert math.isnan(rail_power(board))


@pytest.mark.parametrize(
    ('files', 'power_w'),
    [
        ({'status': 'Discharging', 'power_now': 9_000_000}, 9.0),
        ({'status': 'Discharging', 'voltage_now': 12_000_000, 'current_now': 1_500_000}, 18.0),
        ({'status': 'Charging', 'power_now': 9_000_000}, None),
        ({'status': 'Discharging', 'power_now': -9_000_000}, None),
        ({'status': '', 'power_now': 9_000_000}, None),
    ],
)
def test_a_battery_tells_the_power_of_a_board_that_has_no_other_sensor(
    tmp_path: Path, files: dict[str, str | float], power_w: float | None
) -> None:
    written = WrittenBoard(tmp_path)
    written.files('sys/class/power_supply/BAT0', {'type': 'Battery', **files})
    written.files('sys/class/power_supply/mouse', {'type': 'Battery', 'scope': 'Device'})
    written.files('sys/class/power_supply/ucsi-source-psy', {'type': 'USB', 'current_now': 3})
    state = open_board(tmp_path).read()
    (battery,) = state.rails
    assert battery.name == 'BAT0'
    for found in (battery.power_w, state.total_power_w):
        assert found == power_w if power_w is not None else math.isnan(found)


def test_a_generic_power_sensor_is_a_rail_named_by_its_label_or_chip(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    write_hwmon(
        written,
        0,
        'sys/devices/a',
        {'name': 'amdgpu', 'power1_average': 5_000_000, 'power1_label': 'PPT'},
    )
    write_hwmon(written, 1, 'sys/devices/b', {'name': 'ina226', 'power1_input': 2_500_000})
    write_hwmon(written, 2, 'sys/devices/c', {'power1_input': 1_000_000})  # no name
    state = open_board(tmp_path).read()
    assert state.rails == (
        RailPower('PPT', 5.0),
        RailPower('ina226_power1', 2.5),
    )
    assert math.isnan(state.total_power_w)


def test_an_odroid_sensor_that_is_switched_off_is_nan(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    place = 'sys/bus/i2c/drivers/INA231/3-0045'
    written.files(place, {'enable': 0, 'sensor_W': '0.100000'})
    board = open_board(tmp_path)
    assert math.isnan(rail_power(board))
    written.file(f'{place}/enable', 1)
    assert rail_power(board) == 0.1
    for text in ('-0.1', '1e3', 'nan', '99999999', ''):
        written.file(f'{place}/sensor_W', text)
        assert math.isnan(rail_power(board))


def test_the_input_rail_is_the_board() -> None:
    assert total_power_w(rails(VDD_SOC=1.0, VDD_IN=5.0)) == 5.0
    assert total_power_w(rails(VIN_SYS_5V0=3.0, VDD_GPU=1.0, VDD_CPU_SOC_MSS=2.0, VIN=9.0)) == 9.0
    assert math.isnan(total_power_w(rails(VDD_SOC=1.0, VDD_IN=math.nan)))


def test_rails_that_are_the_board_together_are_summed() -> None:
    agx_orin = rails(VDD_GPU_SOC=4.0, VDD_CPU_CV=2.0, VIN_SYS_5V0=3.0, VDDQ_VDD2_1V8AO=1.0)
    assert total_power_w(agx_orin) == 9.0
    agx_xavier = rails(GPU=1.0, CPU=2.0, SOC=3.0, CV=4.0, VDDRQ=5.0, SYS5V=6.0)
    assert total_power_w(agx_xavier) == 21.0
    assert math.isnan(total_power_w(agx_xavier[:-1]))


def test_packages_and_memory_and_cards_are_summed_but_not_what_is_within_them() -> None:
    counters = rails(package__0=10.0, core=6.0, uncore=1.0, dram=2.0, package__1=5.0, psys=30.0)
    assert total_power_w(counters) == 17.0
    assert total_power_w(counters, cards=rails(gpu=100.0)) == 117.0
    assert math.isnan(total_power_w(counters, cards=rails(gpu=math.nan)))
    nameless = [*counters, RailPower('intel-rapl:0:2', 1.0)]
    assert math.isnan(total_power_w(nameless))


def test_without_a_sensor_the_power_is_not_known() -> None:
    assert math.isnan(total_power_w([]))
    assert math.isnan(total_power_w(rails(VDD_SOC=1.0)))
