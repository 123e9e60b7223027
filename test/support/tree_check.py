# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a reading of a damaged tree is right: every value true or not known.

What comes from no damaged file must be there and exactly true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from dyn_perception.board.state import BoardState, ClusterState, RailPower
from dyn_perception.board.total_power import total_power_w
from support.board_trees import differences
from support.tree_damage import Damage
from support.tree_writer import WrittenBoard

# Which part of the state comes from files whose paths hold one of these.
_SOURCES = {
    'clusters': ('sys/devices/system', 'proc/stat', 'proc/cpuinfo', 'sys/devices/cpu_'),
    'gpus': ('devfreq', '.gpu', 'gpu.0', 'gv11b', 'pcie', 'bus@0', 'mali', 'misc'),
    'memory': ('proc/meminfo',),
    'pressure': ('proc/pressure',),
    'rails': ('hwmon', 'i2c', 'iio', 'powercap', 'power_supply', 'bus@0', 'INA231', 'hsi2c'),
    'zones': ('thermal', 'tmu'),
    'counters': ('hwmon', 'soctherm', 'thermal_throttle', 'i2c', 'sys/devices/system', 'bus@0'),
    'cooling': ('thermal', 'firmware', 'devices/platform'),
    'mode': ('nvpmodel', 'acpi', 'sys/firmware'),
    'board': ('model', 'dmi', 'proc/device-tree', 'sys/firmware'),
}
_ROOTS = {'sys', 'sys/devices', 'sys/class', 'sys/bus', 'sys/bus/i2c', 'sys/devices/platform',
          'sys/devices/virtual', 'sys/bus/i2c/drivers', 'proc', 'etc', 'var',
          'var/lib'}  # fmt: skip


def problems(found: BoardState, board: WrittenBoard, damage: Damage) -> Iterator[str]:
    """Yield what is wrong with the reading of a damaged tree."""
    true = board.state
    hit = {
        part
        for part, sources in _SOURCES.items()
        for path in damage.paths
        if path in _ROOTS or any(source in path for source in sources)
    }
    yield from _intact(found, true, hit)
    values = {zone.temperature_c for zone in true.zones}
    for zone in found.zones:
        yield from _known(f'zone {zone.name}', zone.temperature_c, values)
    yield from _highest(found, values)
    yield from _rails(found, true, hit)
    counts = {(event.name, event.count) for event in true.events}
    yield from (
        f'{event} is wrong' for event in found.events if (event.name, event.count) not in counts
    )
    if found.throttled and not true.throttled:
        yield 'throttled is True'
    yield from _known('memory used', found.memory_used_bytes, {true.memory_used_bytes})
    yield from _known('memory total', found.memory_total_bytes, {true.memory_total_bytes})
    yield from _known('pressure', found.cpu_pressure, {true.cpu_pressure})
    yield from _gpus(found, true)
    for cluster in found.clusters:
        yield from _cluster(cluster, board)
    if found.power_mode not in ('', true.power_mode) and not re.fullmatch(
        r'mode \d', found.power_mode
    ):
        yield f'power mode is {found.power_mode!r}'


def _intact(found: BoardState, true: BoardState, hit: set[str]) -> Iterator[str]:
    parts = {
        'clusters': ('clusters',),
        'gpus': ('gpus',),
        'memory': ('memory_used_bytes', 'memory_total_bytes'),
        'pressure': ('cpu_pressure',),
        'rails': ('rails', 'total_power_w'),
        'zones': ('zones', 'hottest_c'),
        'counters': ('events',),
        'mode': ('power_mode',),
        'board': ('board',),
    }
    for part, names in parts.items():
        for name in names if part not in hit else ():
            yield from differences(getattr(found, name), getattr(true, name), name)
    if not hit & {'cooling', 'counters'} and found.throttled != true.throttled:
        yield 'throttled differs though nothing of it is damaged'


def _known(name: str, value: float, allowed: set[float]) -> Iterator[str]:
    """Check that a value is one of those that are true, or NaN."""
    if not math.isnan(value) and not any(
        math.isclose(value, one, rel_tol=1e-9) for one in allowed
    ):
        yield f'{name} is {value}, not one of {sorted(allowed)}'


def _highest(found: BoardState, values: set[float]) -> Iterator[str]:
    yield from _known('hottest', found.hottest_c, values)
    shown = [zone.temperature_c for zone in found.zones if not math.isnan(zone.temperature_c)]
    yield from differences(found.hottest_c, max(shown, default=math.nan), 'hottest')


def _rails(found: BoardState, true: BoardState, hit: set[str]) -> Iterator[str]:
    powers = {rail.power_w for rail in true.rails}
    for rail in found.rails:
        yield from _known(f'rail {rail.name}', rail.power_w, powers)
    # A sensor that is not there at all leaves the sum of the others, as far as that is a sum.
    there = {rail.name for rail in found.rails}
    battery = {rail for rail in true.rails if rail.name.startswith('BAT')}
    rest: list[RailPower] = [
        rail for rail in true.rails if rail.name in there and rail not in battery
    ]
    allowed = {
        true.total_power_w,
        total_power_w(rest, (), [rail for rail in battery if rail.name in there]),
    }
    yield from _known('total power', found.total_power_w, allowed)


def _gpus(found: BoardState, true: BoardState) -> Iterator[str]:
    if len(found.gpus) > len(true.gpus):
        yield f'{found.gpus[-1].name} is not there'
    for gpu, real in zip(found.gpus, true.gpus, strict=False):
        for name in ('load', 'clock_mhz', 'limit_mhz', 'minimum_mhz', 'maximum_mhz'):
            yield from _known(f'gpu {name}', getattr(gpu, name), {getattr(real, name)})
        if gpu.steps_mhz not in ((), real.steps_mhz):
            yield f'gpu steps are {gpu.steps_mhz}'
        if gpu.governor not in ('', real.governor):
            yield f'gpu governor is {gpu.governor}'


def _cluster(cluster: ClusterState, board: WrittenBoard) -> Iterator[str]:
    """Check a cluster, which may have other cores than it should: each core must be right."""
    real = {core: one for one in board.state.clusters for core in one.cores}
    own = [real[core] for core in cluster.cores if core in real]
    if len(own) < len(cluster.cores):
        yield f'cores {cluster.cores} are not there'
    if not set(cluster.online) <= set(cluster.cores):
        yield f'cores {cluster.online} are not of {cluster.name}'
    shares = [board.busy[core] for core in cluster.online if core in board.busy]
    if shares:
        yield from _known(f'{cluster.name} load', cluster.load, {sum(shares) / len(shares)})
    clocks = {clock for core in cluster.cores for clock in board.clocks_mhz.get(core, ())}
    yield from _known(f'{cluster.name} clock', cluster.clock_mhz, clocks)
    for name in ('limit_mhz', 'minimum_mhz', 'maximum_mhz'):
        allowed = {getattr(one, name) for one in own}
        yield from _known(f'{cluster.name} {name}', getattr(cluster, name), allowed)
    if cluster.steps_mhz not in ((), *(one.steps_mhz for one in own)):
        yield f'{cluster.name} steps are {cluster.steps_mhz}'
    if cluster.governor not in ('', *(one.governor for one in own)):
        yield f'{cluster.name} governor is {cluster.governor}'
