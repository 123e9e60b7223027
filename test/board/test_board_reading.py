# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Boards that change while they are read: sensors vanish and return, counters jump, cores go."""

import math
import shutil
import time
from pathlib import Path

import pytest

from dyn_perception.board.board import PROBE_INTERVAL_S, Board, open_board
from dyn_perception.board.errors import BoardError
from dyn_perception.board.state import BoardState
from support.board_trees import differences, write_cloud, write_jetson_nano, write_jetson_orin_nano
from support.jetson_trees import write_jetson_xavier_nx
from support.manual_clock import ManualClock
from support.tree_writer import CPU, write_ina3221, write_zones


def rails(state: BoardState) -> dict[str, float]:
    return {rail.name: round(rail.power_w, 3) for rail in state.rails}


def read_until_probed(board: Board, clock: ManualClock) -> BoardState:
    """Read until every kind of sensor was looked for again."""
    for _ in range(10):
        clock.sleep(PROBE_INTERVAL_S)
        state = board.read()
    return state


def test_a_missing_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r'missing.*is not a folder'):
        open_board(tmp_path / 'missing')


def test_an_empty_root_reads_as_nothing(tmp_path: Path) -> None:
    board = open_board(tmp_path)
    assert board.actuators() == ()
    assert differences(board.read(), BoardState()) == []


def test_this_machine_can_be_read() -> None:
    state = open_board().read()
    assert state.memory_total_bytes > 0
    assert sum(len(cluster.online) for cluster in state.clusters) > 0


def test_a_tree_that_vanishes_and_returns_is_nan_and_then_itself(tmp_path: Path) -> None:
    written = write_jetson_orin_nano(tmp_path / 'root')
    clock = ManualClock()
    board = open_board(tmp_path / 'root', clock)
    board.read()
    (tmp_path / 'root').rename(tmp_path / 'away')
    gone = read_until_probed(board, clock)
    assert all(math.isnan(rail.power_w) for rail in gone.rails) and len(gone.rails) == 3
    assert all(math.isnan(zone.temperature_c) for zone in gone.zones) and len(gone.zones) == 9
    assert math.isnan(gone.total_power_w) and math.isnan(gone.hottest_c)
    assert gone.clusters[0].online == () and math.isnan(gone.clusters[0].clock_mhz)
    assert math.isnan(gone.gpus[0].clock_mhz) and math.isnan(gone.memory_total_bytes)
    (tmp_path / 'away').rename(tmp_path / 'root')
    assert (
        rails(board.read())['VDD_IN'] == 7.233
    )  # at once; what may be written, when it is probed
    read_until_probed(board, clock)
    written.step()
    assert differences(board.read(), written.state) == []


def test_a_sensor_that_returns_under_another_number_keeps_its_name(tmp_path: Path) -> None:
    write_jetson_orin_nano(tmp_path)
    clock = ManualClock()
    board = open_board(tmp_path, clock)
    before = rails(board.read())
    shutil.rmtree(tmp_path / 'sys/devices/platform/bus@0/c240000.i2c')
    (tmp_path / 'sys/class/hwmon/hwmon1').unlink()
    assert all(math.isnan(power) for power in rails(read_until_probed(board, clock)).values())
    (tmp_path / 'sys/bus/i2c/drivers/ina3221/1-0040').unlink()
    again = write_jetson_orin_nano(tmp_path / 'again')
    place = 'sys/devices/platform/bus@0/c240000.i2c'
    shutil.copytree(again.root / place, tmp_path / place, symlinks=True)
    folder = tmp_path / place / 'i2c-1/1-0040/hwmon'
    (folder / 'hwmon1').rename(folder / 'hwmon7')
    (tmp_path / 'sys/class/hwmon/hwmon7').symlink_to(f'/{place}/i2c-1/1-0040/hwmon/hwmon7')
    assert rails(read_until_probed(board, clock)) == before


def test_a_sensor_that_comes_later_is_found(tmp_path: Path) -> None:
    written = write_cloud(tmp_path)
    clock = ManualClock()
    board = open_board(tmp_path, clock)
    assert rails(board.read()) == {}
    write_ina3221(
        written,
        0,
        'sys/devices/i2c-1/1-0040',
        [('VDD_IN', 5000, 1000), ('A', 5000, 1), ('NC', 0, 0)],
    )
    write_zones(written, [('cpu-thermal', 40000)])
    state = read_until_probed(board, clock)
    assert rails(state) == {'VDD_IN': 5.0, 'A': 0.005}
    assert (state.total_power_w, state.hottest_c) == (5.0, 40.0)


def test_rails_and_zones_of_one_name_are_told_apart(tmp_path: Path) -> None:
    written = write_cloud(tmp_path)
    write_ina3221(
        written,
        0,
        'sys/devices/i2c-1/1-0040',
        [('VDD', 5000, 100), ('VDD', 5000, 200), ('B', 5000, 1)],
    )
    write_ina3221(
        written,
        1,
        'sys/devices/i2c-1/1-0041',
        [('VDD', 5000, 300), ('VDD_2', 5000, 400), ('', 1, 1)],
    )
    write_zones(written, [('acpitz', 40000), ('acpitz', 50000)])
    state = open_board(tmp_path).read()
    assert rails(state) == {'VDD': 0.5, 'VDD_2': 1.0, 'B': 0.005, 'VDD_3': 1.5, 'VDD_2_2': 2.0}
    assert [zone.name for zone in state.zones] == ['acpitz', 'acpitz_2']


def test_cores_that_go_offline_take_their_policy_with_them(tmp_path: Path) -> None:
    written = write_jetson_xavier_nx(tmp_path)
    clock = ManualClock()
    board = open_board(tmp_path, clock)
    board.read()
    policy = tmp_path / CPU / 'cpufreq/policy0'
    policy.rename(tmp_path / 'policy0')
    for core in (0, 1):
        (tmp_path / CPU / f'cpu{core}/cpufreq').unlink()
        del written.busy[core], written._ticks[core]
    written.file(f'{CPU}/online', '2-5')
    written.step()
    clock.sleep(1.0)
    (cluster,) = board.read().clusters
    assert (cluster.cores, cluster.online) == ((0, 1, 2, 3, 4, 5), (2, 3, 4, 5))
    assert cluster.clock_mhz == 1190.4
    assert cluster.load == pytest.approx(0.15)
    (limit, _) = board.actuators()
    limit.write(1190.4)
    assert limit.read() == 1190.4
    (tmp_path / 'policy0').rename(policy)
    written.file(f'{CPU}/online', '0-5')
    written.busy |= {0: 0.9, 1: 0.6}
    written.step()
    assert read_until_probed(board, clock).clusters[0].clock_mhz == 1420.8
    assert board.read().clusters[0].limit_mhz == 1420.8  # what the kernel remembered of policy0


@pytest.mark.parametrize('policy', ['policy0', 'policy2'])
def test_a_clock_of_an_online_core_that_cannot_be_read_hides_that_of_its_cluster(
    tmp_path: Path, policy: str
) -> None:
    """It may have been the highest, so the highest of the others would be wrong."""
    write_jetson_xavier_nx(tmp_path)
    board = open_board(tmp_path)
    (tmp_path / CPU / 'cpufreq' / policy / 'scaling_cur_freq').write_text('<unknown>\n')
    assert math.isnan(board.read().clusters[0].clock_mhz)


def test_a_jump_of_the_wall_clock_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = write_jetson_nano(tmp_path)
    board = open_board(tmp_path)
    board.read()
    year_s = 365 * 24 * 3600.0
    monkeypatch.setattr(time, 'time', lambda: year_s * 100)
    monkeypatch.setattr(time, 'time_ns', lambda: int(year_s * 100 * 1e9))
    written.step()
    state = board.read()
    assert differences(state, written.state) == []
    assert 0 < state.window_s < 100


def test_a_counter_that_rose_says_that_the_board_holds_back_until_the_next_reading(
    tmp_path: Path,
) -> None:
    written = write_jetson_orin_nano(tmp_path)
    alert = next((tmp_path / 'sys/class/thermal').glob('cooling_device2')) / 'cur_state'
    alert.write_text('0\n')
    board = open_board(tmp_path)
    assert not board.read().throttled
    written.file('sys/devices/platform/soctherm-oc-event/hwmon/hwmon0/oc3_event_cnt', 38)
    state = board.read()
    assert state.throttled and state.events[2].count == 38
    assert not board.read().throttled
    alert.write_text('2\n')
    assert board.read().throttled


def test_an_event_counter_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    written = write_jetson_orin_nano(tmp_path)
    board = open_board(tmp_path)
    written.file('sys/devices/platform/soctherm-oc-event/hwmon/hwmon0/oc2_event_cnt', -3)
    assert [event.name for event in board.read().events] == ['oc1', 'oc3']


@pytest.mark.parametrize('text', ['', 'hot', '-256000', '9' * 30, '200000', '\0\xff', '41 42'])
def test_a_temperature_that_cannot_be_is_nan(tmp_path: Path, text: str) -> None:
    written = write_jetson_nano(tmp_path)
    board = open_board(tmp_path)
    written.file('sys/class/thermal/thermal_zone0/temp', text)  # the hottest
    state = board.read()
    assert math.isnan(state.zones[0].temperature_c)
    assert state.hottest_c == 33.5
