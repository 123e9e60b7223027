# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Work that takes as long as it would on a simulated board."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

from dyn_perception.simulation.program import Program
from dyn_perception.simulation.simulated_processors import Conditions, SimulatedProcessors
from dyn_perception.simulation.workload import Workload


class Stretch:
    """Work in groups, one after the other, each of which begins when the one before has ended.

    Attributes:
        end_s: when the last group ended in modelled time.
        busy_s: time that the processor has worked, without that of other programs.
        is_done: whether the present group has ended.
    """

    def __init__(self, start_s: float) -> None:
        """Begin at a time."""
        self.end_s = start_s
        self.busy_s = 0.0
        self.is_done = True
        self._time_s = start_s
        self._fixed_s = self._scaled_s_mhz = 0.0
        self._left = 0.0

    def begin(self, fixed_s: float, scaled_s_mhz: float) -> None:
        """Begin a group that takes fixed_s + scaled_s_mhz / f (s, f in MHz).

        It begins when the one before ended in modelled time; a machine that was late there can
        make up for it here.
        """
        self._fixed_s, self._scaled_s_mhz = fixed_s, scaled_s_mhz
        self._time_s = self.end_s
        self._left = 1.0
        self.is_done = False

    def wait(self, until_s: float) -> None:
        """Do nothing until a time, between two groups."""
        self.end_s = max(self.end_s, until_s)

    def remaining_s(self, conditions: Conditions) -> float:
        """Return how long the group goes on if nothing changes (s)."""
        return self._left * self._whole_s(conditions)

    def advance(self, time_s: float, conditions: Conditions) -> None:
        """Let it work until a time under these conditions, or until its end if that is before."""
        if self.is_done:
            return
        whole_s = self._whole_s(conditions)
        remaining_s = self._left * whole_s
        passed_s = max(time_s - self._time_s, 0.0)
        # What is left below the resolution of the clock is nothing.
        if passed_s >= remaining_s or math.isclose(passed_s, remaining_s, abs_tol=1e-9):
            passed_s = remaining_s
            self.is_done = True
            self._left = 0.0
        else:
            self._left -= passed_s / whole_s
        self.busy_s += passed_s / conditions.slowdown
        self._time_s += passed_s
        self.end_s = self._time_s

    def _whole_s(self, conditions: Conditions) -> float:
        clock_s = self._scaled_s_mhz / conditions.clock_mhz
        return (self._fixed_s + clock_s) * conditions.slowdown * conditions.latency


Result = TypeVar('Result')

_LOOK_S = 0.01  # a change of clock or load takes effect within this time
_ON_TIME_S = 0.001  # how exactly a machine that is fast enough wakes up


class ModelledWork:
    """A program on a simulated board whose frames of groups take modelled time.

    Not safe for use by several threads at once.

    Attributes:
        busy_s: time that each processor of the board worked for the last frame (s).
        host_excess_s: time by which this machine was later than the model at its end (s), 0 if by
            less than 1 ms.
    """

    def __init__(
        self, board: SimulatedProcessors, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Register.

        Args:
            board: where the work is done as far as time is concerned.
            sleep: waits on the board's clock.

        Raises:
            SimulationError: if the board does not run.
        """
        self._board = board
        self._sleep = sleep
        self._program = Program(board.root, tuple(board.description.processors), clock=board.clock)
        self._totals = dict(self._program.busy_s)
        self._stretch = Stretch(board.clock())
        self._counted: dict[str, float] = {}  # part of `busy_s` that is in the totals
        self._missed_s = 0.0
        self.busy_s: dict[str, float] = {}
        self.host_excess_s = 0.0

    def begin(self) -> None:
        """Begin a frame now."""
        self.busy_s = {}
        self._counted = {}
        self._missed_s = self.host_excess_s = 0.0
        self._stretch = Stretch(self._board.clock())

    def resume(self) -> None:
        """Go on now with a frame that was ended, or worked on elsewhere, for a while.

        What this machine was late by before is not made up for.
        """
        self._missed_s = self.host_excess_s
        self._stretch.wait(self._board.clock())

    def run_group(
        self,
        workload: Workload,
        processor: str,
        group: int,
        compute: Callable[[], Result],
        *,
        is_first: bool | None = None,
    ) -> Result:
        """Compute something and return its result when the modelled processor would have it.

        Args:
            workload: what is computed, as far as time is concerned.
            processor: where.
            group: of the workload, 1...groups; the groups of a frame follow each other.
            compute: what is really done meanwhile.
            is_first: whether it is the first group that the processor runs of the frame; None: if
                it is group 1.

        Raises:
            SimulationError: if the board does not run any more.
        """
        stretch = self._stretch
        stretch.begin(*workload.group_work(processor, group, is_first=is_first))
        conditions = self._board.conditions(processor, self._program.name)
        self._occupy(workload, processor, conditions.slowdown)
        result = compute()
        stretch.advance(self._board.clock(), conditions)
        while not stretch.is_done:
            before = conditions
            conditions = self._board.conditions(processor, self._program.name)
            if conditions.slowdown != before.slowdown:
                self._occupy(workload, processor, conditions.slowdown)
            self._sleep(min(stretch.remaining_s(conditions), _LOOK_S))
            stretch.advance(self._board.clock(), conditions)
        late_s = self._board.clock() - stretch.end_s
        self.host_excess_s = self._missed_s + (late_s if late_s > _ON_TIME_S else 0.0)
        self.busy_s = workload.busy(processor, stretch.busy_s)
        return result

    def end(self) -> None:
        """End the frame, or rest: nothing is occupied until it or the next one goes on."""
        for name, seconds in self.busy_s.items():
            self._totals[name] += seconds - self._counted.get(name, 0.0)
        self._counted = dict(self.busy_s)
        self._program.occupy({}, busy_s=self._totals)

    def close(self) -> None:
        """Unregister; calling it again does nothing."""
        self._program.close()

    def _occupy(self, workload: Workload, processor: str, slowdown: float) -> None:
        """Tell the board what the frame does from now on."""
        # Exactly the modelled time, not the time that this machine needed.
        done = workload.busy(processor, self._stretch.busy_s)
        done = {name: seconds - self._counted.get(name, 0.0) for name, seconds in done.items()}
        self._program.occupy(
            workload.busy(processor),
            rate=1.0 / slowdown,
            intensity=workload.law(processor).intensity,
            busy_s={name: total + done.get(name, 0.0) for name, total in self._totals.items()},
        )
