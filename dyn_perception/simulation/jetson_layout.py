# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of a Jetson: JetPack 4 (INA3221 by NVIDIA's iio driver) and later (hwmon)."""

from collections.abc import Callable

from dyn_perception.processors.names import clock_knob
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.power_description import Rail
from dyn_perception.simulation.tree_layout import (
    BoardView,
    Layout,
    LimitFile,
    add_cooling,
    add_cpus,
    add_machine,
    add_zones,
)

_IIO = 'sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0'
_HWMON = 'sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon1'
_OVER_CURRENT = 'sys/devices/platform/soctherm-oc-event/hwmon/hwmon2'
_GPU = 'gpu'


def jetson_iio_layout(view: BoardView) -> Layout:
    """Return the files of a Jetson with JetPack 4."""
    layout = Layout()
    _add_common(layout, view, 'sys/devices', governor='performance')
    for channel, (name, rail) in enumerate(view.description.rails.items()):
        layout.text(f'{_IIO}/rail_name_{channel}', name)
        milliwatts, millivolts, milliamperes = _power_gauges(view.model, name, rail)
        layout.gauges[f'{_IIO}/in_power{channel}_input'] = milliwatts
        layout.gauges[f'{_IIO}/in_voltage{channel}_input'] = millivolts
        layout.gauges[f'{_IIO}/in_current{channel}_input'] = milliamperes
    cooling = {processor: f'{processor[:3]}-balanced' for processor in view.model.processors}
    add_cooling(layout, view, cooling)
    return layout


def jetson_hwmon_layout(view: BoardView) -> Layout:
    """Return the files of a Jetson with JetPack 5 or later."""
    layout = Layout()
    _add_common(layout, view, 'sys/devices/platform', governor='performance')
    layout.text(f'{_HWMON}/name', 'ina3221')
    layout.links['sys/class/hwmon/hwmon1'] = f'../../../{_HWMON}'
    for channel, (name, rail) in enumerate(view.description.rails.items(), start=1):
        layout.text(f'{_HWMON}/in{channel}_label', name)
        _, millivolts, milliamperes = _power_gauges(view.model, name, rail)
        layout.gauges[f'{_HWMON}/in{channel}_input'] = millivolts
        layout.gauges[f'{_HWMON}/curr{channel}_input'] = milliamperes
        for limit in view.description.over_current:
            if limit.rail == name:
                layout.text(f'{_HWMON}/curr{channel}_crit', f'{limit.limit_a * 1000:.0f}')
    if view.description.over_current:
        layout.text(f'{_OVER_CURRENT}/name', 'soctherm_oc')
        layout.links['sys/class/hwmon/hwmon2'] = f'../../../{_OVER_CURRENT}'
    for limit in view.description.over_current:
        path = f'{_OVER_CURRENT}/{limit.counter}_event_cnt'
        layout.gauges[path] = _counter(view.model, limit.counter)
    layout.gauges['proc/pressure/cpu'] = lambda: (
        f'some avg10={view.pressure() * 100:.2f} avg60=0.00 avg300=0.00 total=0'
    )
    cooling = {processor: f'{processor[:3]}-throttle-alert' for processor in view.model.processors}
    add_cooling(layout, view, cooling)
    return layout


def _add_common(layout: Layout, view: BoardView, devices: str, *, governor: str) -> None:
    add_machine(layout, view)
    add_cpus(layout, view, governor='performance', in_core_folders=False)
    add_zones(layout, view)
    if _GPU in view.model.processors:
        _add_gpu(layout, view, devices, governor)
    modes = view.description.power_modes
    if modes:
        layout.text('var/lib/nvpmodel/status', f'pmode:{modes[0].number:04d} fmode:quiet')
        lines = [f'< POWER_MODEL ID={mode.number} NAME={mode.name} >' for mode in modes]
        layout.text('etc/nvpmodel.conf', '\n'.join(lines))


def _add_gpu(layout: Layout, view: BoardView, devices: str, governor: str) -> None:
    name = view.description.gpu_device
    device = f'{devices}/{name}'
    folder = f'{device}/devfreq/{name}'
    model = view.model
    steps = [round(step * 1e6) for step in view.description.processors[_GPU].steps_mhz]
    layout.text(f'{folder}/available_frequencies', ' '.join(map(str, steps)))
    layout.text(f'{folder}/min_freq', str(steps[0]))
    layout.text(f'{folder}/max_freq', f'{model.limits[clock_knob(_GPU)] * 1e6:<16.0f}')
    layout.text(f'{folder}/governor', governor)
    layout.gauges[f'{folder}/cur_freq'] = lambda: f'{model.clock_mhz(_GPU) * 1e6:.0f}'
    layout.gauges[f'{device}/load'] = lambda: f'{view.gpu_load() * 1000:.0f}'
    layout.links[f'{folder}/device'] = '../../'
    layout.links[f'{devices}/gpu.0'] = name
    layout.links[f'sys/class/devfreq/{name}'] = f'../../../{folder}'
    layout.limits.append(LimitFile(f'{folder}/max_freq', clock_knob(_GPU), 1_000_000))


def _power_gauges(
    model: BoardModel, name: str, rail: Rail
) -> tuple[Callable[[], str], Callable[[], str], Callable[[], str]]:
    """Return power (mW), voltage (mV) and current (mA) of a rail."""
    volts = rail.voltage_v
    return (
        lambda: f'{model.rail_power_w[name] * 1000:.0f}',
        lambda: f'{volts * 1000:.0f}',
        lambda: f'{model.rail_power_w[name] / volts * 1000:.0f}',
    )


def _counter(model: BoardModel, name: str) -> Callable[[], str]:
    return lambda: str(model.events[name])
