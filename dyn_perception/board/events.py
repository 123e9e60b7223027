# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What slows a board down to protect it: counters of events, and cooling that acts now."""

import math
import re
from collections.abc import Callable, Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.hwmon import hardware_monitors
from dyn_perception.board.plausible import plausible
from dyn_perception.board.sensors import Sensor
from dyn_perception.board.topology import present_cores

_COUNT = (0.0, 2.0**32)  # the kernel's are that wide
_CPU = 'sys/devices/system/cpu'
_FOLDERS = ('sys/class/thermal', 'sys/devices/virtual/thermal')
_OVER_CURRENT = re.compile(r'oc[0-9]_event_cnt')

# Cooling devices that hold a clock back: thermal-cpufreq-0, thermal-devfreq-1, Processor,
# intel_powerclamp; on Jetsons cpu-throttle-alert, gpu-balanced, cpu_heavy ... Others are fans.
_CLOCK_COOLING = re.compile(
    r'(?i).*(cpufreq|devfreq|throttle|balanced|_heavy|powerclamp).*|processor|[cg]pu'
)
_PLATFORM = 'sys/devices/platform'
_RASPBERRY_NOW = 0b1110  # clock capped, throttled, soft temperature limit; bit 0 is under-voltage


def find_counters(tree: Tree) -> Iterator[Sensor[float]]:
    """Find the counters of over-current (Jetson) and thermal throttling (x86).

    Jetson's are, on Orin and Thor: oc1 under-voltage, oc2 average and oc3 instantaneous
    over-current. On x86 each core counts for itself; the highest stands for all.
    """
    for monitor in hardware_monitors(tree):
        for name in tree.names(monitor.folder):
            if _OVER_CURRENT.fullmatch(name):
                path = f'{monitor.folder}/{name}'
                yield Sensor(path, name.removesuffix('_event_cnt'), _counter(tree, path))
    cores = [f'cpu{core}' for core in present_cores(tree)]
    for what in ('core', 'package'):
        name = f'thermal_throttle/{what}_throttle_count'
        if any(tree.exists(f'{_CPU}/{core}/{name}') for core in cores):
            yield Sensor(what, f'{what}_throttle', _highest_counter(tree, cores, name))


def _counter(tree: Tree, path: str) -> Callable[[], float]:
    content = tree.reader(path)
    return lambda: plausible(to_number(content()), _COUNT)


def _highest_counter(tree: Tree, cores: list[str], name: str) -> Callable[[], float]:
    counters = [_counter(tree, f'{_CPU}/{core}/{name}') for core in cores]
    is_online = [tree.reader(f'{_CPU}/{core}/online') for core in cores]

    def read() -> float:
        counts = [counter() for counter in counters]
        # A core that is offline has no counter, which must not hide those of the others.
        there = [
            count
            for count, online in zip(counts, is_online, strict=True)
            if not math.isnan(count) or online().strip() != b'0'
        ]
        return math.nan if any(map(math.isnan, there)) else max(there, default=math.nan)

    return read


def find_throttles(tree: Tree) -> Iterator[Sensor[bool]]:
    """Find what says whether a clock is held back now."""
    seen = set()
    for folder in _FOLDERS:
        for device in tree.names(folder):
            if not device.startswith('cooling_device') or device in seen:
                continue
            seen.add(device)
            name = tree.name(f'{folder}/{device}/type')
            if _CLOCK_COOLING.fullmatch(name):
                yield Sensor(device, name, _is_cooling(tree, f'{folder}/{device}/cur_state'))
    for bus in tree.names(_PLATFORM):
        for device in tree.names(f'{_PLATFORM}/{bus}') if bus.startswith('soc') else ():
            path = f'{_PLATFORM}/{bus}/{device}/get_throttled'
            if device.endswith(':firmware') and tree.exists(path):
                yield Sensor(path, 'firmware', _raspberry(tree, path))


def _is_cooling(tree: Tree, path: str) -> Callable[[], bool]:
    content = tree.reader(path)
    return lambda: 0 < to_number(content()) < 1000


def _raspberry(tree: Tree, path: str) -> Callable[[], bool]:
    content = tree.reader(path)

    def read() -> bool:
        text = content().strip()
        is_hexadecimal = re.fullmatch(rb'(0x)?[0-9a-f]{1,8}', text) is not None
        return is_hexadecimal and bool(int(text, 16) & _RASPBERRY_NOW)

    return read
