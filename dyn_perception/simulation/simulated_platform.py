# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated board as what runs a network: this machine computes, in the board's time."""

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import check_parts, create_engine, split_engine
from dyn_perception.inference.placement import Placement
from dyn_perception.network.bundle import Bundle
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.stretched_engine import StretchedEngine


class SimulatedPlatform:
    """A `Platform` of `inference` on the processors of a simulated board."""

    def __init__(
        self,
        bundle: Bundle,
        engine: str,
        processors: SimulatedProcessors,
        *,
        threads: int = 1,
    ) -> None:
        """Take a running board.

        Args:
            bundle: the network.
            engine: name of the one that computes on this machine.
            processors: where it runs as far as time is concerned.
            threads: threads that one group is computed with.
        """
        self._bundle, self._processors = bundle, processors
        self._engine, self._threads = engine, threads

    def placements(self) -> tuple[str, ...]:
        """Return the placements on one processor each."""
        return self._processors.names

    def place(self, name: str) -> Placement:
        """Return what a placement stands for.

        Raises:
            PlacementError: if the board does not offer it; the text lists what it does. Or if it
                has more processors than the network has groups.
        """
        placement = self._processors.place(name)
        check_parts(placement, self._bundle.manifest.groups)
        return placement

    def create(self, placement: Placement) -> Engine:
        """Load the network into an engine that takes the board's time.

        Raises:
            BundleError: if a file of the bundle was changed.
            EngineError: if the network cannot be loaded, or the board does not run.
        """
        if len(placement.processors) == 1:
            return self._stretched(placement)
        return split_engine(self._bundle.manifest, placement, self._stretched)

    def _stretched(self, placement: Placement) -> Engine:
        engine = create_engine(self._bundle, self._engine, threads=self._threads)
        try:
            return StretchedEngine(engine, self._bundle.manifest, self._processors, placement)
        except BaseException:
            engine.close()
            raise
