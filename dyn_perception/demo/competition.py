# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs that compete with the network: how many make it late, when they run, what they do."""

import math
import os
import random
import signal
import sys
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dyn_perception.demo.processes import ChildProcess, ChildProcesses, Program

# Time of a frame at the target over the time that the full width takes alone. Beside one program
# of equal right to the core, it takes twice as long: 1.5 lies in the middle.
_HEADROOM = 1.5
_CERTAINLY_LATE = 1.25  # time of the full width under load over the time of a frame
_MOST_FPS = 60.0  # more than that, the camera of the demo itself would load the machine
# Targets are multiples of the second below the first.
_ROUND_FPS = ((10.0, 0.1), (30.0, 0.5), (math.inf, 1.0))

CYCLE_S = 24.0
# End of each part of a cycle, as a share of it, and the load in it: 1 is enough for the full width
# to miss the target.
_PARTS = ((0.2, 0), (0.45, 1), (0.65, 0), (0.9, 2), (1.0, 0))

_BLOCK_BYTES = 1 << 16
_SEED = 1


@dataclass(frozen=True)
class Calibration:
    """A target that the full width holds alone and misses beside competing programs.

    Attributes:
        service_ms: time of a frame at the full width, alone (ms).
        target_fps: frame rate to hold, and that of the camera (1/s).
    """

    service_ms: float
    target_fps: float

    @property
    def slowdown_wanted(self) -> float:
        """Return how much slower the full width must become to miss the target for certain."""
        return _CERTAINLY_LATE * 1000 / self.target_fps / self.service_ms

    @property
    def programs(self) -> int:
        """Return how many programs on the core of the network slow it down so far.

        The scheduler gives each of n + 1 programs the same share of the core, so n of them make a
        frame take n + 1 times as long.
        """
        return max(1, math.ceil(self.slowdown_wanted - 1))


def calibrate(service_ms: Sequence[float]) -> Calibration:
    """Return the target for measured times of frames at the full width (ms).

    Raises:
        ValueError: without a time, or with one that is none.
    """
    if not service_ms or not all(0 < time_ms < math.inf for time_ms in service_ms):
        raise ValueError(f'{list(service_ms)} are not times of frames: measure at least one')
    # Not the mean: frames beside other work of the machine take several times as long.
    usual = median(service_ms)
    target = min(_MOST_FPS, 1000 / (_HEADROOM * usual))
    step = next(step for end, step in _ROUND_FPS if target < end)
    return Calibration(usual, max(0.1, round(math.floor(target / step) * step, 1)))


class LoadSchedule:
    """Programs come and go: some, none, twice as many, none.

    In a run of a given time whole cycles fit; without one, a cycle lasts `CYCLE_S` seconds.
    """

    def __init__(self, seconds: float | None) -> None:
        """Plan for the time of the run, if known."""
        cycles = max(1, round(seconds / CYCLE_S)) if seconds else 1
        self._cycle_s = (seconds or CYCLE_S) / cycles

    def level(self, elapsed_s: float) -> int:
        """Return the level of the load at a time since the start: 0, 1 or 2."""
        place = elapsed_s / self._cycle_s % 1.0
        return next(level for end, level in _PARTS if place < end)


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
        processes: ChildProcesses,
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
        self._running: Sequence[ChildProcess] = ()

    def step(self, elapsed_s: float) -> None:
        """Start and end what is due at a time since the start."""
        load = self._loads.get(self._schedule.level(elapsed_s), Load())
        if load == self.load:
            return
        self._report(*_change(self.load, load))
        for process in self._running:
            process.request_end()
        self._running = [self._processes.start(program) for program in load.programs]
        self.load = load


def _change(before: Load, after: Load) -> tuple[str, str]:
    if not after.programs:
        return 'relief', f'ended: {before.text}'
    return 'load', f'started: {after.text}'


def competitor(core: int) -> Program:
    """Return a program that competes with the network for a core of this machine."""
    return Program('competitor', f'{__name__}:{compress.__name__}', (str(core),))


def compress(arguments: list[str]) -> int:
    """Compress data on a core until a signal ends the process.

    Args:
        arguments: name of the program, and number of the core.
    """
    os.sched_setaffinity(0, {int(arguments[1])})
    # As a recorder does: sensor data that is neither random nor constant.
    generator = random.Random(_SEED)
    block = bytes(int(generator.gauss(128, 20)) & 255 for _ in range(_BLOCK_BYTES))
    while True:
        zlib.compress(block)


def simulated_competitor(root: Path, processor: str, share: float) -> Program:
    """Return a program that competes for a processor of the simulated board at a root."""
    arguments = (str(root), f'{processor}={share:g}')
    return Program('simulated_competitor', f'{__name__}:{occupy_board.__name__}', arguments)


def occupy_board(arguments: list[str]) -> int:
    """Occupy processors as `dyn-perception board --load` does, and return the exit status.

    Args:
        arguments: name of the program, root of the board, and PROCESSOR=SHARE for each processor.
    """
    # Only here: neither the demo nor the other competitor need a simulation for this.
    from dyn_perception.simulation.errors import SimulationError
    from dyn_perception.simulation.program_load import parse_loads, run_load

    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    _, root, *loads = arguments
    try:
        run_load(Path(root), parse_loads(loads), ended=ending.wait)
    except SimulationError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0
