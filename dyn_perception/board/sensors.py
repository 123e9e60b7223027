# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Sensors that are found by probing, and what becomes of those that vanish and return."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from dyn_perception.board.files import Tree

Value = TypeVar('Value')


@dataclass(frozen=True)
class Sensor(Generic[Value]):
    """One thing that can be read.

    Attributes:
        place: where it is: one place holds one sensor.
        name: what the board calls it.
        read: its value now.
    """

    place: str
    name: str
    read: Callable[[], Value]


class SensorList(Generic[Value]):
    """The sensors of one kind, each with a name of its own.

    A sensor that was found once stays in the list while it is gone. One of its name that turns up
    elsewhere takes its place: a hwmon device has another number after its driver was reloaded.
    """

    def __init__(self, tree: Tree, *families: Callable[[Tree], Iterable[Sensor[Value]]]) -> None:
        """Look for the sensors of some families: functions that find those in a tree."""
        self._tree = tree
        self._families = families
        self._board_names: list[str] = []
        self.sensors: list[Sensor[Value]] = []
        self.probe()

    def probe(self) -> None:
        """Look again, since sensors may have come or moved."""
        found = {
            sensor.place: sensor for family in self._families for sensor in family(self._tree)
        }
        known = {sensor.place for sensor in self.sensors}
        for place, sensor in found.items():
            if place not in known:
                self._add(sensor, found)

    def _add(self, sensor: Sensor[Value], found: dict[str, Sensor[Value]]) -> None:
        for index, old in enumerate(self.sensors):
            if self._board_names[index] == sensor.name and old.place not in found:
                self.sensors[index] = replace(sensor, name=old.name)
                return
        name, number = sensor.name, 1
        while name in {other.name for other in self.sensors}:
            number += 1
            name = f'{sensor.name}_{number}'
        self.sensors.append(replace(sensor, name=name))
        self._board_names.append(sensor.name)
