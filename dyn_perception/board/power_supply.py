# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Batteries: what they deliver."""

from collections.abc import Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.plausible import CURRENT_A, POWER_W, VOLTAGE_V, plausible
from dyn_perception.board.sensors import Sensor
from dyn_perception.board.state import NOT_KNOWN

_FOLDER = 'sys/class/power_supply'


def find_rails(tree: Tree) -> Iterator[Sensor[float]]:
    """Find system batteries as rails (W): NaN unless they are being discharged.

    USB-C ports (ucsi) tell what was negotiated, not what flows; they are left out.
    """
    for name in tree.names(_FOLDER):
        folder = f'{_FOLDER}/{name}'
        is_battery = tree.text(f'{folder}/type') == 'Battery'
        if is_battery and tree.text(f'{folder}/scope') != 'Device':  # a mouse has one too
            yield _battery(tree, folder, name)


def _battery(tree: Tree, folder: str, name: str) -> Sensor[float]:
    status = tree.reader(f'{folder}/status')
    power = tree.reader(f'{folder}/power_now') if tree.exists(f'{folder}/power_now') else None
    voltage = tree.reader(f'{folder}/voltage_now')
    current = tree.reader(f'{folder}/current_now')

    def read() -> float:
        if status().strip() != b'Discharging':
            return NOT_KNOWN
        if power is not None:
            return plausible(to_number(power()) / 1e6, POWER_W)
        volts = plausible(to_number(voltage()) / 1e6, VOLTAGE_V)
        amperes = plausible(to_number(current()) / 1e6, CURRENT_A)
        return plausible(volts * amperes, POWER_W)

    return Sensor(folder, name, read)
