# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""INA3221: the three-channel power monitors of all Jetsons.

JetPack 4 has NVIDIA's own iio driver, which gives mW; later ones the hwmon driver of the kernel,
which gives only mV and mA. (Its in1_input has been taken for a power elsewhere.)
https://docs.kernel.org/hwmon/ina3221.html
"""

from collections.abc import Iterator

from dyn_perception.board.files import Tree, to_number
from dyn_perception.board.hwmon import hardware_monitors
from dyn_perception.board.plausible import CURRENT_A, POWER_W, VOLTAGE_V, plausible
from dyn_perception.board.sensors import Sensor

_IIO_DRIVER = 'sys/bus/i2c/drivers/ina3221x'
_IIO_CLASS = 'sys/bus/iio/devices'


def find_iio_rails(tree: Tree) -> Iterator[Sensor[float]]:
    """Find the rails of NVIDIA's iio driver (W)."""
    for folder in _iio_folders(tree):
        for channel in range(3):
            name = tree.name(f'{folder}/rail_name_{channel}')
            if _is_used(name):
                yield _milliwatt_rail(tree, f'{folder}/in_power{channel}_input', name)


def find_hwmon_rails(tree: Tree) -> Iterator[Sensor[float]]:
    """Find the rails of the kernel's hwmon driver (W)."""
    for monitor in hardware_monitors(tree):
        if monitor.chip != 'ina3221':
            continue
        for channel in (1, 2, 3):  # in4...6 are shunt voltages, in7 and curr4 are sums
            name = tree.name(f'{monitor.folder}/in{channel}_label')
            if _is_used(name):
                yield _product_rail(tree, monitor.folder, channel, name)


def _iio_folders(tree: Tree) -> list[str]:
    folders: dict[str, str] = {}
    for device in tree.names(_IIO_DRIVER):
        for name in tree.names(f'{_IIO_DRIVER}/{device}') if device[:1].isdecimal() else ():
            if name.startswith('iio:device'):
                folders.setdefault(name, f'{_IIO_DRIVER}/{device}/{name}')
    for name in tree.names(_IIO_CLASS):
        if name.startswith('iio:device'):
            folders.setdefault(name, f'{_IIO_CLASS}/{name}')
    return [*folders.values()]


def _is_used(name: str) -> bool:
    """Return whether something is connected to the channel: 'NC' is the board's word for no."""
    return name.upper() not in ('', 'NC')


def _milliwatt_rail(tree: Tree, path: str, name: str) -> Sensor[float]:
    content = tree.reader(path)
    return Sensor(path, name, lambda: plausible(to_number(content()) / 1e3, POWER_W))


def _product_rail(tree: Tree, folder: str, channel: int, name: str) -> Sensor[float]:
    millivolts = tree.reader(f'{folder}/in{channel}_input')
    milliamperes = tree.reader(f'{folder}/curr{channel}_input')

    def read() -> float:
        voltage = plausible(to_number(millivolts()) / 1e3, VOLTAGE_V)
        current = plausible(to_number(milliamperes()) / 1e3, CURRENT_A)
        return plausible(voltage * current, POWER_W)

    return Sensor(f'{folder}/in{channel}', name, read)
