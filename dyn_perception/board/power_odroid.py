# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""INA231: the four power monitors of the Odroid XU3, with the driver of its kernel 3.10."""

import re
from collections.abc import Iterator

from dyn_perception.board.files import Tree
from dyn_perception.board.plausible import POWER_W, plausible
from dyn_perception.board.sensors import Sensor
from dyn_perception.board.state import NOT_KNOWN

_DRIVER = 'sys/bus/i2c/drivers/INA231'
_RAILS = {'3-0040': 'a15', '3-0041': 'memory', '3-0044': 'gpu', '3-0045': 'a7'}
_WATTS = re.compile(rb'[0-9]{1,4}(\.[0-9]{1,9})?')

RAIL_NAMES = tuple(_RAILS.values())


def find_rails(tree: Tree) -> Iterator[Sensor[float]]:
    """Find the rails (W); those whose `enable` is 0 read as NaN: write 1 to it once, as root."""
    for device in tree.names(_DRIVER):
        if device in _RAILS:
            yield _rail(tree, f'{_DRIVER}/{device}', _RAILS[device])


def _rail(tree: Tree, folder: str, name: str) -> Sensor[float]:
    content, enable = tree.reader(f'{folder}/sensor_W'), tree.reader(f'{folder}/enable')

    def read() -> float:
        watts = content().strip()
        if enable().strip() == b'0' or not _WATTS.fullmatch(watts):
            return NOT_KNOWN
        return plausible(float(watts), POWER_W)

    return Sensor(folder, name, read)
