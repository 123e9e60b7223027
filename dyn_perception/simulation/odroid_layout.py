# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of an Odroid XU3 with kernel 3.10: INA231 sensors, one file for all temperatures."""

from collections.abc import Callable

from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.tree_layout import (
    BoardView,
    Layout,
    add_cooling,
    add_cpus,
    add_machine,
)

_INA231 = 'sys/bus/i2c/drivers/INA231'
_DEVICES = {'a15': '3-0040', 'memory': '3-0041', 'gpu': '3-0044', 'a7': '3-0045'}
_MALI_IDLE_MHZ = 177


def odroid_layout(view: BoardView) -> Layout:
    """Return the files of an Odroid XU3.

    The board's rails must be among a15, memory, gpu and a7, for which it has sensors.
    """
    layout = Layout()
    add_machine(layout, view)
    add_cpus(layout, view, governor='userspace', in_core_folders=True)
    for name, device in _DEVICES.items():
        if name in view.description.rails:
            layout.text(f'{_INA231}/{device}/enable', '1')
            layout.gauges[f'{_INA231}/{device}/sensor_W'] = _watts(view.model, name)
    layout.gauges['sys/devices/10060000.tmu/temp'] = _temperatures(view.model)
    layout.text('sys/class/misc/mali0/device/clock', str(_MALI_IDLE_MHZ))
    cooling = {
        processor: f'thermal-cpufreq-{number}'
        for number, processor in enumerate(view.model.processors)
    }
    add_cooling(layout, view, cooling)
    return layout


def _watts(model: BoardModel, name: str) -> Callable[[], str]:
    return lambda: f'{model.rail_power_w[name]:.6f}'


def _temperatures(model: BoardModel) -> Callable[[], str]:
    return lambda: '\n'.join(
        f'{zone} : {celsius * 1000:.0f}' for zone, celsius in model.temperature_c.items()
    )
