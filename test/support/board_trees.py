# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Trees of real boards, to be read by the code that reads the boards themselves.

Names, sizes and units are as the boards' kernels give them. The simulated boards of the package
are written by other code: each is a check of the other.
"""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path

from dyn_perception.board.state import (
    NOT_KNOWN,
    ClusterState,
    EventCounter,
    GpuState,
    RailPower,
    ZoneTemperature,
)
from support.jetson_trees import (
    write_jetson_nano,
    write_jetson_orin_nano,
    write_jetson_thor,
    write_jetson_xavier_nx,
)
from support.tree_writer import (
    CPU,
    WrittenBoard,
    write_cooling,
    write_cores,
    write_hwmon,
    write_memory,
    write_policy,
    write_pressure,
    write_zones,
)


def write_odroid_xu3(root: Path) -> WrittenBoard:
    """Kernel 3.10: INA231 in W, cpufreq in the cores' folders, neither PSI nor MemAvailable."""
    board = WrittenBoard(root)
    board.file('proc/device-tree/model', 'Hardkernel ODROID-XU3\0')
    little = dict.fromkeys(range(4), 0.1)
    write_cores(board, ['0xc07'] * 4 + ['0xc0f'] * 4, little | dict.fromkeys(range(4, 8), 0.5))
    steps = {
        'a7': tuple(range(200000, 1400001, 100000)),
        'a15': tuple(range(200000, 2000001, 100000)),
    }
    write_policy(board, range(4), (200000, 1400000), 800000, 1400000, 'interactive', steps['a7'],
                 folder=f'{CPU}/cpu0/cpufreq')  # fmt: skip
    write_policy(board, range(4, 8), (200000, 2000000), 1900000, 1800000, 'interactive',
                 steps['a15'], folder=f'{CPU}/cpu4/cpufreq')  # fmt: skip
    watts = {'3-0040': ('a15', 2.415375), '3-0041': ('memory', 0.079625),
             '3-0044': ('gpu', 0.125), '3-0045': ('a7', 0.2)}  # fmt: skip
    for device, (_, power_w) in watts.items():
        place = f'sys/devices/12ca0000.hsi2c/i2c-3/{device}'
        board.files(place, {'enable': 1, 'sensor_W': f'{power_w:.6f}', 'sensor_V': '0.912500'})
        board.link(f'sys/bus/i2c/drivers/INA231/{device}', place)
    temperatures = (61000, 63000, 66000, 62000, 58000)
    lines = [f'sensor{number} : {value}' for number, value in enumerate(temperatures)]
    board.file('sys/devices/10060000.tmu/temp', '\n'.join(lines))
    board.file('sys/devices/11800000.mali/clock', 543)
    board.link('sys/class/misc/mali0/device', 'sys/devices/11800000.mali')
    memory = ('MemTotal:        2042732 kB', 'MemFree:          900000 kB',
              'Buffers:           50000 kB', 'Cached:           300000 kB',
              'SwapCached:            0 kB')  # fmt: skip
    board.file('proc/meminfo', '\n'.join(memory))
    megahertz = {name: tuple(step / 1000 for step in clocks) for name, clocks in steps.items()}
    board.actuators = {
        'cpu.a7.max_mhz': (200.0, 1400.0, megahertz['a7']),
        'cpu.a15.max_mhz': (200.0, 2000.0, megahertz['a15']),
    }
    board.expect(
        board='Hardkernel ODROID-XU3',
        memory_used_bytes=(2042732 - 1250000) * 1024.0,
        memory_total_bytes=2042732 * 1024.0,
        clusters=(
            ClusterState('a7', (0, 1, 2, 3), (0, 1, 2, 3), 0.1, 800.0, 1400.0, 200.0, 1400.0,
                         megahertz['a7'], True, 'interactive'),
            ClusterState('a15', (4, 5, 6, 7), (4, 5, 6, 7), 0.5, 1900.0, 1800.0, 200.0, 2000.0,
                         megahertz['a15'], True, 'interactive'),
        ),
        gpus=(GpuState('gpu', clock_mhz=543.0),),
        rails=tuple(RailPower(name, power_w) for name, power_w in watts.values()),
        total_power_w=2.82,
        zones=(ZoneTemperature('tmu', 66.0),),
        hottest_c=66.0,
    )  # fmt: skip
    return board


def write_raspberry_pi(root: Path) -> WrittenBoard:
    """A Raspberry Pi 5: no power sensor that Linux shows, the firmware holds the clock back."""
    board = WrittenBoard(root)
    board.file('proc/device-tree/model', 'Raspberry Pi 5 Model B Rev 1.0\0')
    write_cores(board, ['0xd0b'] * 4, {0: 1.0, 1: 1.0, 2: 0.0, 3: 0.0})
    steps = tuple(range(1500000, 2400001, 100000))
    write_policy(board, range(4), (1500000, 2400000), 2000000, 2400000, 'ondemand', steps)
    write_zones(board, [('cpu-thermal', 83450)])
    write_cooling(board, {'pwm-fan': 4})
    write_hwmon(
        board, 0, 'sys/devices/virtual/thermal/thermal_zone0',
        {'name': 'cpu_thermal', 'temp1_input': 83450},
    )  # fmt: skip
    write_hwmon(
        board, 2, 'sys/devices/platform/soc/soc:firmware/raspberrypi-hwmon',
        {'name': 'rpi_volt', 'in0_lcrit_alarm': 0},
    )  # fmt: skip
    board.file('sys/devices/platform/soc/soc:firmware/get_throttled', 'e000e')
    write_memory(board, 8256512, 7012345)
    write_pressure(board, 3.0)
    megahertz = tuple(step / 1000 for step in steps)
    board.actuators = {'cpu.a76.max_mhz': (1500.0, 2400.0, megahertz)}
    board.expect(
        board='Raspberry Pi 5 Model B Rev 1.0',
        clusters=(
            ClusterState('a76', (0, 1, 2, 3), (0, 1, 2, 3), 0.5, 2000.0, 2400.0, 1500.0, 2400.0,
                         megahertz, True, 'ondemand'),
        ),
        zones=(ZoneTemperature('cpu-thermal', 83.45),),
        hottest_c=83.45,
        throttled=True,
    )  # fmt: skip
    return board


def write_x86_laptop(root: Path) -> WrittenBoard:
    """A hybrid Intel laptop: intel_pstate, RAPL, on battery; two kinds of cores."""
    board = WrittenBoard(root)
    board.files(
        'sys/class/dmi/id', {'sys_vendor': 'LENOVO', 'product_name': '21CBCTO1WW', 'bios_date': 1}
    )
    write_cores(board, [''] * 8, {core: 0.2 if core < 4 else 0.4 for core in range(8)})
    board.file('sys/devices/cpu_core/cpus', '0-3')
    board.file('sys/devices/cpu_atom/cpus', '4-7')
    for core in range(8):
        highest = 4700000 if core < 4 else 3500000
        write_policy(board, (core,), (400000, highest), 1100000 + core, highest, 'powersave')
        board.files(
            f'{CPU}/cpu{core}/thermal_throttle',
            {'core_throttle_count': core, 'package_throttle_count': 12},
        )
    board.rapl_w = {
        'intel-rapl:0': 9.5, 'intel-rapl:0:0': 5.25, 'intel-rapl:0:1': 0.5, 'intel-rapl:0:2': 1.25,
        'intel-rapl:1': 14.0, 'intel-rapl-mmio:0': 9.5,
    }  # fmt: skip
    names = ('package-0', 'core', 'uncore', 'dram', 'psys', 'package-0')
    for zone, name in zip(board.rapl_w, names, strict=True):
        board.files(
            f'sys/class/powercap/{zone}', {'name': name, 'max_energy_range_uj': 262143328850}
        )
    board.step()
    write_zones(
        board,
        [
            ('INT3400 Thermal', 20000),
            ('acpitz', 47000),
            ('x86_pkg_temp', 52000),
            ('iwlwifi_1', ''),
        ],
    )
    write_cooling(board, {'Processor': 0, 'intel_powerclamp': -1, 'TCC Offset': 5, 'Fan': 2})
    board.files(
        'sys/class/power_supply/BAT0',
        {'type': 'Battery', 'status': 'Discharging', 'voltage_now': 15400000,
         'power_now': 11550000},
    )  # fmt: skip
    board.files('sys/class/power_supply/AC', {'type': 'Mains', 'online': 0})
    write_hwmon(
        board, 3, 'sys/class/power_supply/BAT0', {'name': 'BAT0', 'power1_input': 11550000}
    )
    board.file('sys/firmware/acpi/platform_profile', 'balanced')
    write_memory(board, 32594960, 24012345)
    write_pressure(board, 0.5)
    board.actuators = {
        'cpu.core.max_mhz': (400.0, 4700.0, ()),
        'cpu.atom.max_mhz': (400.0, 3500.0, ()),
    }
    board.expect(
        board='LENOVO 21CBCTO1WW',
        power_mode='balanced',
        clusters=(
            ClusterState('core', (0, 1, 2, 3), (0, 1, 2, 3), 0.2, 1100.003, 4700.0, 400.0, 4700.0,
                         (), True, 'powersave'),
            ClusterState('atom', (4, 5, 6, 7), (4, 5, 6, 7), 0.4, 1100.007, 3500.0, 400.0, 3500.0,
                         (), True, 'powersave'),
        ),
        rails=(
            RailPower('package-0', 9.5), RailPower('core', 5.25), RailPower('uncore', 0.5),
            RailPower('dram', 1.25), RailPower('psys', 14.0), RailPower('BAT0', 11.55),
        ),
        total_power_w=10.75,
        zones=(
            ZoneTemperature('acpitz', 47.0), ZoneTemperature('x86_pkg_temp', 52.0),
            ZoneTemperature('iwlwifi_1', NOT_KNOWN),
        ),
        hottest_c=52.0,
        events=(EventCounter('core_throttle', 7), EventCounter('package_throttle', 12)),
    )  # fmt: skip
    return board


def write_cloud(root: Path) -> WrittenBoard:
    """A virtual machine that shows cores and memory and nothing else."""
    board = WrittenBoard(root)
    write_cores(board, ['', ''], {0: 0.3, 1: 0.1})
    write_memory(board, 4026532, 3012345)
    board.expect(clusters=(ClusterState('cpu', (0, 1), (0, 1), 0.2),))
    return board


BOARD_TREES: dict[str, Callable[[Path], WrittenBoard]] = {
    'jetson_nano': write_jetson_nano,
    'jetson_xavier_nx': write_jetson_xavier_nx,
    'jetson_orin_nano': write_jetson_orin_nano,
    'jetson_thor': write_jetson_thor,
    'odroid_xu3': write_odroid_xu3,
    'raspberry_pi': write_raspberry_pi,
    'x86_laptop': write_x86_laptop,
    'cloud': write_cloud,
}
"""Writes the tree of a board into an empty or missing folder, and returns what is to be read."""


def differences(found: object, wanted: object, name: str = 'state') -> list[str]:
    """Return where two readings differ, but for `window_s`; NaN equals NaN."""
    if is_dataclass(wanted) and type(found) is type(wanted):
        pairs = [
            (getattr(found, field.name), getattr(wanted, field.name), f'{name}.{field.name}')
            for field in fields(wanted)
            if field.name != 'window_s'
        ]
    elif isinstance(wanted, tuple) and isinstance(found, tuple) and len(found) == len(wanted):
        pairs = [
            (one, other, f'{name}[{index}]')
            for index, (one, other) in enumerate(zip(found, wanted, strict=True))
        ]
    elif isinstance(wanted, float):
        if not isinstance(found, float):  # a message takes no integer for a real number
            return [f'{name} is {found!r}, which is no float']
        same = math.isclose(found, wanted, rel_tol=1e-9) or (found != found and wanted != wanted)
        return [] if same else [f'{name} is {found}, not {wanted}']
    else:
        return [] if found == wanted else [f'{name} is {found!r}, not {wanted!r}']
    return [text for pair in pairs for text in differences(*pair)]
