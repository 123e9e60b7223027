# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Thermal zones."""

import math
import re
from collections.abc import Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.hwmon import hardware_monitors
from dyn_perception.board.plausible import TEMPERATURE_C, plausible
from dyn_perception.board.sensors import Sensor
from dyn_perception.board.state import NOT_KNOWN

_FOLDERS = ('sys/class/thermal', 'sys/devices/virtual/thermal')
_PROCESSORS = ('k10temp', 'zenpower', 'amdgpu')
_ODROID = 'sys/devices/10060000.tmu/temp'
_ODROID_LINE = re.compile(rb'sensor[0-9] *: *([0-9]{1,9})')

# These are no measurements: Jetson's PMIC says 50 or 100 °C for ever, the ACPI device 20 °C.
_CONSTANT = ('PMIC', 'INT3400')


def find_zones(tree: Tree) -> Iterator[Sensor[float]]:
    """Find the thermal zones (degree Celsius), named by their type.

    Offline sensors read as NaN: the drivers say -256 °C or refuse to be read.
    """
    places: dict[str, str] = {}
    for folder in _FOLDERS:
        for zone in tree.names(folder):
            if zone.startswith('thermal_zone'):
                places.setdefault(zone, f'{folder}/{zone}')
    for zone, folder in places.items():
        # A zone that cannot be told from a PMIC is left out.
        name = tree.name(f'{folder}/type')
        if name and not name.startswith(_CONSTANT):
            yield _zone(tree, f'{folder}/temp', zone, name)
    if not places and tree.exists(_ODROID):
        yield _odroid(tree)


def find_processors(tree: Tree) -> Iterator[Sensor[float]]:
    """Find AMD's processors (degree Celsius), which are no thermal zones: 'k10temp' ..."""
    for monitor in hardware_monitors(tree):
        if monitor.chip in _PROCESSORS:
            yield _zone(tree, f'{monitor.folder}/temp1_input', monitor.folder, monitor.chip)


def _zone(tree: Tree, path: str, zone: str, name: str) -> Sensor[float]:
    content = tree.reader(path)
    return Sensor(zone, name, lambda: plausible(to_number(content()) / 1e3, TEMPERATURE_C))


def _odroid(tree: Tree) -> Sensor[float]:
    """Return the hottest of the lines 'sensor0 : 45000' that kernel 3.10 gives for all at once."""
    content = tree.reader(_ODROID)

    def read() -> float:
        lines = [_ODROID_LINE.fullmatch(line) for line in content().splitlines()]
        values = [
            plausible(int(line[1]) / 1e3, TEMPERATURE_C) if line else NOT_KNOWN for line in lines
        ]
        return NOT_KNOWN if any(map(math.isnan, values)) else max(values, default=NOT_KNOWN)

    return Sensor(_ODROID, 'tmu', read)
