# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A network on the processors of this machine, or of a simulated board."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path

from dyn_perception.board.board import Board, open_board
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import check_parts, create_engine
from dyn_perception.inference.pipeline import Pipeline, PipelineFactory
from dyn_perception.inference.placement import ANY_CPU, GPU, Placement
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import Bundle
from dyn_perception.processors.names import clock_knob, join_processors
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.stretched_engine import stretch

_THIS_MACHINE = Path('/')
_LIBRARIES_WAIT_S = 60.0


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
        self._simulated: SimulatedProcessors | None = None
        create: Callable[[Placement], Engine]
        if root == _THIS_MACHINE:
            this_machine = ThisMachine(engine)
            machine = this_machine.offer(_LIBRARIES_WAIT_S)
            self._place = this_machine.place
            clusters = [
                name for name, cores in machine.clusters.items() if machine.usable & set(cores)
            ]
            alone = len(clusters) == 1
            self._placements = [ANY_CPU] if alone else [f'cpu:{name}' for name in clusters]
            self._placements += [GPU] if machine.gpus.count else []
            self._only_cluster = clusters[0] if alone else ''

            def create(placement: Placement) -> Engine:
                return create_engine(
                    bundle,
                    engine,
                    threads=threads,
                    placement=placement,
                    largest_batch=regions[0] * regions[1],
                )
        else:
            try:
                simulated = SimulatedProcessors(root)
            except SimulationError as error:
                raise ProfileError(
                    f'root {root} is no running simulated board ({error}): networks run on those '
                    'and on this machine'
                ) from error
            self._place, self._placements = simulated.place, list(simulated.names)
            self._only_cluster = ''

            def create(placement: Placement) -> Engine:
                load = partial(create_engine, bundle, engine, threads=threads)
                return stretch(bundle, load, simulated, placement)

        self._groups = bundle.manifest.groups
        self._factory = PipelineFactory(bundle, create, regions)

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
        knobs = {}
        for name in names:
            placement = self._place(name)
            check_parts(placement, self._groups)
            knobs[name] = tuple(self._knob(part.name) for part in placement.processors)
        return knobs

    def open(self, placement: str) -> tuple[Pipeline, tuple[int, ...] | None]:
        """Return a pipeline and the cores that its caller has to be on."""
        placed = self._place(placement)
        return self._factory.make(placed), placed.processors[0].cores

    def _knob(self, processor: str) -> str:
        if processor == ANY_CPU and self._only_cluster:
            return f'cpu.{self._only_cluster}'
        return clock_knob(processor)
