# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a tree keeps its hardware monitors."""

from dataclasses import dataclass

from dyn_perception.board.files import Tree

_CLASS = 'sys/class/hwmon'
_DRIVERS = 'sys/bus/i2c/drivers'
_OVER_CURRENT = 'sys/devices/platform/soctherm-oc-event/hwmon'


@dataclass(frozen=True)
class HardwareMonitor:
    """One hwmon device.

    Attributes:
        folder: below the root.
        chip: what is in it, such as 'ina3221'; '' if it does not tell.
    """

    folder: str
    chip: str


def hardware_monitors(tree: Tree) -> list[HardwareMonitor]:
    """Return all hwmon devices, each once, in the order of their numbers.

    A copy of a sysfs may lack the links in /sys/class, so I2C drivers are looked through as well.
    """
    folders = {name: f'{_CLASS}/{name}' for name in tree.names(_CLASS)}
    drivers: dict[str, str] = {}
    for driver in tree.names(_DRIVERS):
        for device in tree.names(f'{_DRIVERS}/{driver}'):
            parent = f'{_DRIVERS}/{driver}/{device}/hwmon'
            for name in tree.names(parent) if device[:1].isdecimal() else ():
                folders.setdefault(name, f'{parent}/{name}')
                drivers[name] = driver
    for name in tree.names(_OVER_CURRENT):
        folders.setdefault(name, f'{_OVER_CURRENT}/{name}')
    return [
        HardwareMonitor(folders[name], tree.name(f'{folders[name]}/name') or drivers.get(name, ''))
        for name in sorted(folders, key=lambda name: (len(name), name))
    ]
