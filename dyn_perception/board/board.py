# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board: everything that can be read of it, and the clock limits that can be set."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

from dyn_perception.board import (
    events,
    power_hwmon,
    power_ina3221,
    power_odroid,
    power_powercap,
    power_supply,
    temperatures,
)
from dyn_perception.board.actuator import Actuator
from dyn_perception.board.cpu import Cpu
from dyn_perception.board.cpu_policies import highest
from dyn_perception.board.errors import BoardError
from dyn_perception.board.files import Tree
from dyn_perception.board.gpu import Gpus
from dyn_perception.board.gpu_nvml import load_nvml
from dyn_perception.board.memory import CpuPressure, Memory
from dyn_perception.board.model import read_model
from dyn_perception.board.power_mode import PowerMode
from dyn_perception.board.sensors import SensorList
from dyn_perception.board.state import (
    NOT_KNOWN,
    BoardState,
    EventCounter,
    RailPower,
    ZoneTemperature,
)
from dyn_perception.board.topology import Topology, find_topology
from dyn_perception.board.total_power import total_power_w

PROBE_INTERVAL_S = 0.5
"""Time between probing one kind of sensor again and the next kind; all have their turn in 3 s."""


class Board:
    """What is below one root: this machine, or a simulated board.

    Not safe for use by several threads at once.

    Attributes:
        tree: its files.
        topology: its CPU clusters, as they were found when it was opened.
        model: what it is called.
    """

    def __init__(
        self, tree: Tree, clock: Callable[[], float], nvml: ModuleType | None = None
    ) -> None:
        """Probe a tree.

        Args:
            tree: the files.
            clock: monotonic time (s).
            nvml: NVIDIA's library, initialised.
        """
        self.tree = tree
        self.model = read_model(tree)
        self.topology: Topology = find_topology(tree)
        self._clock = clock
        self._read_s = NOT_KNOWN
        self._cpu = Cpu(tree, self.topology)
        self._gpus = Gpus(tree, nvml)
        self._memory = Memory(tree)
        self._pressure = CpuPressure(tree)
        self._mode = PowerMode(tree)
        self._batteries: SensorList[float] = SensorList(tree, power_supply.find_rails)
        self._rails: SensorList[float] = SensorList(
            tree,
            power_ina3221.find_iio_rails,
            power_ina3221.find_hwmon_rails,
            power_hwmon.find_rails,
            power_odroid.find_rails,
            partial(power_powercap.find_rails, clock=clock),
        )
        self._zones: SensorList[float] = SensorList(
            tree, temperatures.find_zones, temperatures.find_processors
        )
        self._counters: SensorList[float] = SensorList(tree, events.find_counters)
        self._throttles: SensorList[bool] = SensorList(tree, events.find_throttles)
        self._counts: dict[str, float] = {}
        self._probes = itertools.cycle(
            (
                self._cpu.probe,
                self._gpus.probe,
                self._rails.probe,
                self._batteries.probe,
                self._zones.probe,
                self._counters.probe,
                self._throttles.probe,
            )
        )
        self._probed_s = clock()

    def read(self) -> BoardState:
        """Return what the board is like now; loads are averaged since the previous call."""
        now_s = self._clock()
        if now_s - self._probed_s >= PROBE_INTERVAL_S:
            self._probed_s = now_s
            next(self._probes)()
        window_s, self._read_s = now_s - self._read_s, now_s
        rails, total_w = self._read_power()
        zones = self._read_temperatures()
        counters, has_counted = self._read_counters()
        memory_used_bytes, memory_total_bytes = self._memory.read()
        return BoardState(
            board=self.model,
            power_mode=self._mode.read(),
            window_s=window_s,
            clusters=self._cpu.read(now_s),
            gpus=self._gpus.read(),
            memory_used_bytes=memory_used_bytes,
            memory_total_bytes=memory_total_bytes,
            cpu_pressure=self._pressure.read(),
            rails=rails,
            total_power_w=total_w,
            zones=zones,
            hottest_c=highest([zone.temperature_c for zone in zones]),
            throttled=has_counted or self._is_throttled(),
            events=counters,
        )

    def actuators(self) -> tuple[Actuator, ...]:
        """Return the clock limits that the board has, whether or not this process may set them."""
        gpu = self._gpus.actuator
        return (*self._cpu.actuators(), *([gpu] if gpu is not None else []))

    def _read_power(self) -> tuple[tuple[RailPower, ...], float]:
        rails = [RailPower(rail.name, rail.read()) for rail in self._rails.sensors]
        batteries = [RailPower(rail.name, rail.read()) for rail in self._batteries.sensors]
        cards = [RailPower(card.name, card.power_w()) for card in self._gpus.cards]
        return (*rails, *cards, *batteries), total_power_w(rails, cards, batteries)

    def _read_temperatures(self) -> tuple[ZoneTemperature, ...]:
        return (
            *(ZoneTemperature(zone.name, zone.read()) for zone in self._zones.sensors),
            *(ZoneTemperature(card.name, card.temperature_c()) for card in self._gpus.cards),
        )

    def _read_counters(self) -> tuple[tuple[EventCounter, ...], bool]:
        """Return the counters that can be read, and whether one rose since the last reading."""
        counts = {sensor.name: sensor.read() for sensor in self._counters.sensors}
        has_counted = any(
            count > self._counts.get(name, NOT_KNOWN) for name, count in counts.items()
        )
        self._counts = counts
        counters = (
            EventCounter(name, int(count)) for name, count in counts.items() if count == count
        )
        return tuple(counters), has_counted

    def _is_throttled(self) -> bool:
        return any(sensor.read() for sensor in self._throttles.sensors) or any(
            card.is_held_back() for card in self._gpus.cards
        )


def board_root(given: str, name: str = 'root') -> Path:
    """Return the folder that a user names for a board; `name` is that of what is given.

    Raises:
        BoardError: if they name none, which Path takes for the working directory.
    """
    if not given:
        raise BoardError(
            f"{name} '' names no folder: give / for this machine, or the folder of a simulated "
            'board'
        )
    return Path(given)


def open_board(root: Path = Path('/'), clock: Callable[[], float] = time.monotonic) -> Board:
    """Open the board below a root.

    Args:
        root: '/' for this machine, or the folder of a simulated board.
        clock: monotonic time (s); the wall clock may jump.

    Raises:
        BoardError: if the root is not a folder.
    """
    tree = Tree(root)
    return Board(tree, clock, load_nvml() if tree.is_machine else None)
