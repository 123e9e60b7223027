# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The processors of a simulated board, as programs on it see them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.placement import ANY_CPU, SPLIT, Placement, Processor
from dyn_perception.simulation.board_state_file import (
    DESCRIPTION_FILE,
    STALE_S,
    BoardStateReader,
)
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.programs import ProgramFolder, occupation_totals
from dyn_perception.simulation.workload import slowdown

_LOOK_S = 0.05


@dataclass(frozen=True)
class Conditions:
    """What work on a processor meets now.

    Attributes:
        clock_mhz: its clock.
        slowdown: how much longer it takes because of other programs.
        latency: factor on all times, by which this copy of the board differs.
    """

    clock_mhz: float
    slowdown: float
    latency: float


class SimulatedProcessors:
    """What a running simulated board offers.

    Attributes:
        root: of its tree.
        description: the board.
        names: of its processors that can run a network.
        clock: the board's time.
    """

    def __init__(
        self, root: Path, *, wait_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Find the board.

        Args:
            root: of its tree.
            wait_s: time to wait for the board to appear, as nodes start in any order.
            clock: the board's time; the machine's monotonic clock unless it is stepped.

        Raises:
            SimulationError: if there is none, or it states no computing rates.
        """
        self.root = root
        self.clock = clock
        end_s = time.monotonic() + wait_s
        while not (root / DESCRIPTION_FILE).exists() and time.monotonic() < end_s:
            time.sleep(_LOOK_S)
        self._state = BoardStateReader(root)
        self._programs = ProgramFolder(root)
        self.description = self._state.description
        self.names = tuple(self.description.rates)
        if not self.names:
            raise SimulationError(
                f'{self.description.name} states no computing rates, so no network runs on it: '
                'add the block rates to its file'
            )

    @property
    def offer(self) -> str:
        """The placements in words."""
        cpu = self._fastest_cpu()
        names = [*([f'{ANY_CPU} (that is {cpu})'] if cpu else []), *self.names]
        return '; '.join([', '.join(names), *(['parts joined by +'] if len(names) > 2 else [])])

    def place(self, name: str) -> Placement:
        """Return what a placement stands for; this machine computes it on any of its cores.

        Args:
            name: `cpu` (the fastest cluster), `cpu:<cluster>` or `gpu`, or several of these
                joined by `+` that share the groups.

        Raises:
            PlacementError: if the board does not offer it; the text lists what it does.
        """
        parts = [self._fastest_cpu() if part == ANY_CPU else part for part in name.split(SPLIT)]
        processors = tuple(Processor(part) for part in parts if part in self.names)
        if len(processors) < len(parts):
            reason = 'there is no such processor on the'
        elif len(set(processors)) < len(processors):
            reason = 'it names a processor twice, which is no gain, on the'
        else:
            return Placement(name, processors)
        raise PlacementError(
            f'placement {name!r} is not possible: {reason} simulated {self.description.model}; '
            f'it offers {self.offer}'
        )

    def conditions(self, processor: str, own_program: str = '') -> Conditions:
        """Return what work on a processor meets now.

        Args:
            processor: its name.
            own_program: name of the caller's file, which is not one of the others.

        Raises:
            SimulationError: if the board does not run any more.
        """
        state = self._state.read()
        if self.clock() - state['time'] > STALE_S:
            raise SimulationError(
                f'the simulated board at {str(self.root)!r} has stood still for '
                f'{self.clock() - state["time"]:.1f} s: start its node again'
            )
        others = self._programs.read(without=(own_program,))
        demand, count = occupation_totals(others, processor)
        factor = slowdown(demand, count, state.get('interference', 0.0)) if count else 1.0
        return Conditions(state[processor], factor, state.get('latency', 1.0))

    def _fastest_cpu(self) -> str | None:
        """Return the cluster that computes most at its highest clock."""
        clusters = [name for name in self.names if name.startswith('cpu:')]
        return max(clusters, key=self._highest_rate, default=None)

    def _highest_rate(self, name: str) -> float:
        highest = self.description.processors[name].steps_mhz[-1]
        return self.description.rates[name].macs_per_cycle * highest
