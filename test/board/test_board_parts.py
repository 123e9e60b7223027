# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Memory, pressure, power mode, GPU and what holds a clock back, where they are odd."""

import math
import os
import shutil
from pathlib import Path

import pytest

from dyn_perception.board.board import open_board
from dyn_perception.board.gpu_devfreq import to_share
from dyn_perception.board.state import EventCounter
from support.board_trees import write_jetson_orin_nano, write_raspberry_pi, write_x86_laptop
from support.tree_writer import CPU, WrittenBoard, write_devfreq, write_hwmon, write_nvpmodel


@pytest.mark.parametrize(
    'text',
    ['MemTotal: x kB', 'MemAvailable: 5 kB', 'MemTotal: 5 kB\nMemAvailable: 6 kB', '', '\0\xff',
     'MemTotal: 90 kB\nMemFree: 9 kB\n-5 50 kB\nBuffers: 1 kB\nCached: 1 kB',
     'MemTotal: 99999999999999999999 kB\nMemAvailable: 6 kB'],
)  # fmt: skip
def test_memory_that_cannot_be_is_nan(tmp_path: Path, text: str) -> None:
    WrittenBoard(tmp_path).file('proc/meminfo', text)
    assert math.isnan(open_board(tmp_path).read().memory_used_bytes)


@pytest.mark.parametrize(
    'text', ['', 'some avg10=200.00 x', 'some avg10=-1.00 x', 'full avg10=1.00 ']
)
def test_pressure_that_cannot_be_is_nan(tmp_path: Path, text: str) -> None:
    WrittenBoard(tmp_path).file('proc/pressure/cpu', text)
    assert math.isnan(open_board(tmp_path).read().cpu_pressure)


def test_a_power_mode_without_a_name_is_its_number(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    write_nvpmodel(written, {0: 'MAXN', 1: '5W'}, chosen=1)
    board = open_board(tmp_path)
    assert board.read().power_mode == '5W'
    written.file('var/lib/nvpmodel/status', 'pmode:0007 fmode:quiet')
    assert board.read().power_mode == 'mode 7'
    for text in ('', 'pmode:', 'pmode:-1', 'pmode:99999'):
        written.file('var/lib/nvpmodel/status', text)
        assert board.read().power_mode == ''


@pytest.mark.parametrize(
    ('text', 'load'),
    [(b'1000', 1.0), (b'7\n', 0.007), (b'50@800000000Hz', 0.5), (b'1001', None), (b'-1', None),
     (b'101@1Hz', None), (b'', None), (b'0.5', None)],
)  # fmt: skip
def test_the_load_of_a_gpu_is_per_mille_or_per_cent_with_a_clock(
    text: bytes, load: float | None
) -> None:
    found = to_share(text)
    assert found == load if load is not None else math.isnan(found)


@pytest.mark.parametrize(
    'place', ['sys/devices/gpu.0', 'sys/devices/platform/gpu.0', 'sys/devices/platform/1.gpu']
)
def test_the_gpu_is_found_wherever_it_is(tmp_path: Path, place: str) -> None:
    written = WrittenBoard(tmp_path)
    write_devfreq(written, place, '57000000.gpu', (100.0, 200.0), 100.0, 200.0, 'performance')
    written.file(f'{place}/load', 250)
    (gpu,) = open_board(tmp_path).read().gpus
    assert (gpu.load, gpu.clock_mhz, gpu.maximum_mhz) == (0.25, 100.0, 200.0)
    (tmp_path / 'sys/class/devfreq/57000000.gpu').unlink()  # as in a copy without links
    (gpu,) = open_board(tmp_path).read().gpus
    assert (gpu.clock_mhz, gpu.limit_mhz) == (100.0, 200.0)


def test_other_devfreq_devices_are_no_gpus(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    for name in ('15340000.vic', 'gpu-nvd-0', 'bwmgr', 'soc:dmc'):
        write_devfreq(written, f'sys/devices/{name}', name, (1.0, 2.0), 1.0, 2.0, 'x')
    assert open_board(tmp_path).read().gpus == ()


@pytest.mark.parametrize(
    ('value', 'throttled'),
    [('0', False), ('50000', False), ('1', False), ('2', True), ('50005', True), ('0x8', True),
     ('', False), ('-8', False), ('x', False)],
)  # fmt: skip
def test_the_firmware_of_a_raspberry_pi_tells_what_it_does_now(
    tmp_path: Path, value: str, throttled: bool
) -> None:
    written = write_raspberry_pi(tmp_path)
    written.file('sys/devices/platform/soc/soc:firmware/get_throttled', value)
    assert open_board(tmp_path).read().throttled is throttled


def test_a_fan_does_not_hold_a_clock_back(tmp_path: Path) -> None:
    written = write_jetson_orin_nano(tmp_path)
    state = 'sys/class/thermal/cooling_device2/cur_state'  # cpu-throttle-alert
    written.file(state, 0)
    written.file('sys/class/thermal/cooling_device0/cur_state', 9)
    assert not open_board(tmp_path).read().throttled


def test_files_that_block_do_not_hold_the_reading_up(tmp_path: Path) -> None:
    written = write_jetson_orin_nano(tmp_path)
    for path in list(tmp_path.rglob('*')):
        if path.is_file() and not path.is_symlink():
            path.unlink()
            os.mkfifo(path)
    state = open_board(written.root).read()
    assert math.isnan(state.total_power_w) and math.isnan(state.hottest_c)


def test_an_amd_processor_tells_its_temperature_though_it_is_no_zone(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    write_hwmon(written, 1, 'sys/devices/pci', {'name': 'k10temp', 'temp1_input': 61250})
    write_hwmon(written, 2, 'sys/devices/nvme', {'name': 'nvme', 'temp1_input': 90000})
    state = open_board(tmp_path).read()
    assert [(zone.name, zone.temperature_c) for zone in state.zones] == [('k10temp', 61.25)]


def test_monitors_are_found_in_a_copy_without_links_and_names(tmp_path: Path) -> None:
    written = WrittenBoard(tmp_path)
    folder = 'sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3'
    written.files(folder, {'in1_label': 'VDD_IN', 'in1_input': 5000, 'curr1_input': 1500})
    written.file('sys/devices/platform/soctherm-oc-event/hwmon/hwmon1/oc2_event_cnt', 4)
    state = open_board(tmp_path).read()
    assert state.total_power_w == 7.5
    assert state.events == (EventCounter('oc2', 4),)


def test_a_core_that_is_offline_does_not_hide_the_counters_of_the_others(tmp_path: Path) -> None:
    written = write_x86_laptop(tmp_path)
    shutil.rmtree(tmp_path / CPU / 'cpu7/thermal_throttle')
    written.file(f'{CPU}/cpu7/online', 0)
    board = open_board(tmp_path)
    assert board.read().events == (
        EventCounter('core_throttle', 6),
        EventCounter('package_throttle', 12),
    )
    written.file(f'{CPU}/cpu7/online', 1)
    assert board.read().events == ()
