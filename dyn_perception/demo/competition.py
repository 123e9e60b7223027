# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs that compete with the network, started and ended by a schedule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dyn_perception.demo.load_schedule import LoadSchedule
from dyn_perception.demo.processes import NodeProcess, NodeProcesses


@dataclass(frozen=True)
class Program:
    """One program: a module of `dyn_perception.nodes`, its arguments, and what it does."""

    module: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Load:
    """What runs at one level of the schedule, and how that is called."""

    programs: tuple[Program, ...] = ()
    text: str = ''


class Competition:
    """Keeps the programs running that the schedule has at a time; only in the main thread.

    The kernel ends a program with the thread that started it.
    """

    def __init__(
        self,
        processes: NodeProcesses,
        schedule: LoadSchedule,
        loads: Mapping[int, Load],
        report: Callable[[str, str], None],
    ) -> None:
        """Start with nothing running.

        Args:
            processes: ends the programs with the demo.
            schedule: the level at each time.
            loads: what runs at each level; level 0, and those that are not named, have nothing.
            report: gets the kind, 'load' or 'relief', and the text of each change.
        """
        self.load = Load()
        self._processes = processes
        self._schedule = schedule
        self._loads = loads
        self._report = report
        self._running: Sequence[NodeProcess] = ()

    def step(self, elapsed_s: float) -> None:
        """Start and end what is due at a time since the start."""
        load = self._loads.get(self._schedule.level(elapsed_s), Load())
        if load == self.load:
            return
        self._report(*_change(self.load, load))
        for process in self._running:
            process.request_end()
        start = self._processes.start_program
        self._running = [start(program.module, program.arguments) for program in load.programs]
        self.load = load


def _change(before: Load, after: Load) -> tuple[str, str]:
    if not after.programs:
        return 'relief', f'ended: {before.text}'
    return 'load', f'started: {after.text}'
