# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a tree keeps its hardware monitors."""

from dyn_perception.board.files import Tree

_CLASS = 'sys/class/hwmon'
_DRIVERS = 'sys/bus/i2c/drivers'


def hwmon_folders(tree: Tree) -> list[str]:
    """Return the folders of all hwmon devices, each once, in the order of their numbers.

    A copy of a sysfs may lack the links in /sys/class, so I2C drivers are looked through as well.
    """
    folders = {name: f'{_CLASS}/{name}' for name in tree.names(_CLASS)}
    for driver in tree.names(_DRIVERS):
        for device in tree.names(f'{_DRIVERS}/{driver}'):
            parent = f'{_DRIVERS}/{driver}/{device}/hwmon'
            for name in tree.names(parent) if device[:1].isdecimal() else ():
                folders.setdefault(name, f'{parent}/{name}')
    return [folders[name] for name in sorted(folders, key=lambda name: (len(name), name))]
