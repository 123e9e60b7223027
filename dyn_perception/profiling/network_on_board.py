# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A network on the processors of this machine, or of a simulated board."""

from itertools import combinations
from pathlib import Path

from dyn_perception.board.board import Board, open_board
from dyn_perception.inference.pipeline import Pipeline, PipelineFactory
from dyn_perception.inference.placement import ANY_CPU
from dyn_perception.inference.platform import Platform
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import Bundle
from dyn_perception.processors.cores import usable_cores
from dyn_perception.processors.names import clock_knob, join_processors
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.simulated_platform import SimulatedPlatform
from dyn_perception.simulation.simulated_processors import SimulatedProcessors

_THIS_MACHINE = Path('/')


class NetworkOnBoard:
    """Opens pipelines as the perception node does.

    Attributes:
        board: what is read and limited.
    """

    def __init__(
        self, bundle: Bundle, engine: str, threads: int, regions: tuple[int, int], root: Path
    ) -> None:
        """Find the board.

        Raises:
            ProfileError: if no network runs below the root.
        """
        self.board: Board = open_board(root)
        self._platform: Platform
        if root == _THIS_MACHINE:
            self._platform = ThisMachine(
                bundle, engine, threads=threads, largest_batch=regions[0] * regions[1]
            )
        else:
            try:
                simulated = SimulatedProcessors(root)
            except SimulationError as error:
                raise ProfileError(
                    f'root {root} is no running simulated board ({error}): networks run on those '
                    'and on this machine'
                ) from error
            self._platform = SimulatedPlatform(bundle, engine, simulated, threads=threads)
        self._placements = self._platform.placements()
        self._groups = bundle.manifest.groups
        self._factory = PipelineFactory(bundle, self._platform.create, regions)

    def knobs(self, placements: list[str] | None = None) -> dict[str, tuple[str, ...]]:
        """Return the clock knobs of each placement, by default of all and of each pair of them.

        Raises:
            PlacementError: if the board does not offer one of them, or the network cannot be
                shared among so many processors.
        """
        names = placements
        if names is None:
            pairs = combinations(self._placements, 2) if self._groups > 1 else ()
            names = [*self._placements, *(join_processors(pair) for pair in pairs)]
        return {
            name: tuple(self._knob(part.name) for part in self._platform.place(name).processors)
            for name in names
        }

    def open(self, placement: str) -> tuple[Pipeline, tuple[int, ...] | None]:
        """Return a pipeline and the cores that its caller has to be on."""
        placed = self._platform.place(placement)
        return self._factory.make(placed), placed.processors[0].cores

    def _knob(self, processor: str) -> str:
        if processor == ANY_CPU:  # its clock is known where all cores are of one cluster
            clusters = self.board.topology.clusters
            usable = [item.name for item in clusters if usable_cores().intersection(item.cores)]
            return f'cpu.{usable[0]}' if len(usable) == 1 else clock_knob(processor)
        return clock_knob(processor)
