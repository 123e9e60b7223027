# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines on the processors of a placement."""

from collections.abc import Callable
from dataclasses import dataclass

from dyn_perception.inference.affinity import on_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.pipeline import Pipeline
from dyn_perception.inference.placement import Placement
from dyn_perception.network.bundle import Bundle


@dataclass(frozen=True)
class PipelineFactory:
    """Makes pipelines that differ only in their placement.

    Attributes:
        bundle: the network.
        create_engine: loads it into an engine for a placement.
        regions: rows and columns of the grid that a frame is cut into.
    """

    bundle: Bundle
    create_engine: Callable[[Placement], Engine]
    regions: tuple[int, int] = (1, 1)

    def make(self, placement: Placement) -> Pipeline:
        """Return a pipeline that is ready for its first frame.

        The threads of its libraries run on the cores of the placement; the one that calls
        `Pipeline.run` has to be put there by `set_thread_cores`.

        Raises:
            BundleError: if a file of the bundle was changed.
            EngineError: if the network cannot be loaded or run there.
        """
        return on_cores(placement.processors[0].cores, lambda: self._make(placement))

    def _make(self, placement: Placement) -> Pipeline:
        engine = self.create_engine(placement)
        try:
            return Pipeline(self.bundle, engine, self.regions)
        except BaseException:
            engine.close()
            raise
