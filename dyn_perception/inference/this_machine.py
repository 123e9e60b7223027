# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The machine that this process runs on, as what runs a network."""

from dataclasses import replace
from pathlib import Path

from dyn_perception.board.board import open_board
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import check_parts, create_engine
from dyn_perception.inference.gpu import GPU_PROVIDERS, find_gpus
from dyn_perception.inference.gpu_libraries import GpuLibraries
from dyn_perception.inference.placement import Gpus, Machine, Placement
from dyn_perception.network.bundle import Bundle
from dyn_perception.processors.names import is_gpu, processors_of

# Until it is known whether a GPU's libraries can be loaded, which is looked at from the start on:
# for one placement, where loading the network tells as well, and for all that are offered.
_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0


class ThisMachine:
    """A `Platform`; clusters are looked at once, cores each time.

    Attributes:
        clusters: cores of each CPU cluster by its name.
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: str = 'onnx',
        *,
        threads: int = 1,
        largest_batch: int = 1,
        root: Path = Path('/'),
    ) -> None:
        """Look at the clusters, and begin to look at the libraries for a GPU where there is one.

        Args:
            bundle: the network.
            engine: name of the one that is to run it.
            threads: threads that one group is computed with.
            largest_batch: images of a batch, at most.
            root: of the file system with the device files of GPUs.
        """
        self._bundle, self._engine, self._root = bundle, engine, root
        self._threads, self._largest_batch = threads, largest_batch
        provider = GPU_PROVIDERS.get(engine)
        self._libraries: GpuLibraries | None = None
        if provider and find_gpus(engine, root).count:
            self._libraries = GpuLibraries(provider)
        clusters = open_board(Path('/')).topology.clusters
        self.clusters = {cluster.name: cluster.cores for cluster in clusters}

    def placements(self) -> tuple[str, ...]:
        """Return the placements on one processor each, once it is known whether a GPU is one."""
        return self._offer(_LONGEST_WAIT_S).placements

    def place(self, name: str) -> Placement:
        """Return what a placement stands for now; cores may go offline or be taken away any time.

        Raises:
            PlacementError: if the machine does not offer it; the text lists what it does. Or if it
                has more processors than the network has groups.
        """
        asks_for_gpu = any(map(is_gpu, processors_of(name)))
        placement = self._offer(_WAIT_S if asks_for_gpu else 0.0).place(name)
        check_parts(placement, self._bundle.manifest.groups)
        return placement

    def create(self, placement: Placement) -> Engine:
        """Load the network into an engine that runs there; raises as `create_engine`."""
        return create_engine(
            self._bundle,
            self._engine,
            threads=self._threads,
            placement=placement,
            largest_batch=self._largest_batch,
        )

    def _offer(self, wait_s: float) -> Machine:
        return Machine(self.clusters, gpus=self._gpus(wait_s))

    def _gpus(self, wait_s: float) -> Gpus:
        gpus = find_gpus(self._engine, self._root)
        if gpus.count and self._libraries is not None:
            reason = self._libraries.why_not(wait_s)
            if reason:
                listed = GPU_PROVIDERS[self._engine]
                gpus = replace(
                    gpus,
                    count=0,
                    why_none=f'ONNX Runtime lists {listed} but cannot load it: {reason}; '
                    'doc/frame.md says what to install',
                )
        return gpus
