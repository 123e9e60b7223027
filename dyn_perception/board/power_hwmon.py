# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Power that hwmon drivers give directly, such as the INA238 at a Jetson Thor's input."""

from collections.abc import Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.hwmon import hardware_monitors
from dyn_perception.board.plausible import POWER_W, plausible
from dyn_perception.board.sensors import Sensor

_ENDS = ('_input', '_average')  # some drivers have the one, some the other (uW)


def find_rails(tree: Tree) -> Iterator[Sensor[float]]:
    """Find powerN_input or powerN_average of every hwmon device (W).

    The INA238 on Thor's carrier board has no label: it measures the board's input, VIN. What power
    supplies say here they say in their own folders as well.
    """
    supplies = tree.names('sys/class/power_supply')
    for monitor in hardware_monitors(tree):
        folder, chip = monitor.folder, monitor.chip
        if not chip or chip in supplies:
            continue
        names = set(tree.names(folder))
        for channel in range(1, 17):
            paths = [f'{folder}/power{channel}{end}' for end in _ENDS]
            path = next((path for path in paths if path.rpartition('/')[2] in names), None)
            if path is None:
                continue
            label = tree.name(f'{folder}/power{channel}_label')
            if not label and chip == 'ina238':
                label = tree.name(f'{folder}/in{channel}_label') or 'VIN'
            if label.upper() != 'NC':
                yield _rail(tree, path, label or f'{chip}_power{channel}')


def _rail(tree: Tree, path: str, name: str) -> Sensor[float]:
    content = tree.reader(path)
    return Sensor(path, name, lambda: plausible(to_number(content()) / 1e6, POWER_W))
