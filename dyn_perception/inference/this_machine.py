# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine that this process runs on offers to placements."""

from dataclasses import replace
from pathlib import Path

from dyn_perception.board.board import open_board
from dyn_perception.inference.gpu import GPU_PROVIDERS, find_gpus
from dyn_perception.inference.gpu_libraries import GpuLibraries
from dyn_perception.inference.placement import Gpus, Machine, Placement
from dyn_perception.processors.names import is_gpu, processors_of

_LIBRARIES_WAIT_S = 1.0  # they are looked at from the start of the process on


class ThisMachine:
    """Finds placements on this machine; its clusters are looked at once, its cores each time."""

    def __init__(self, engine: str, root: Path = Path('/')) -> None:
        """Look at the clusters, and begin to look at the libraries for a GPU where there is one.

        Args:
            engine: name of the one that is to run the network.
            root: of the file system with the device files of GPUs.
        """
        self._engine, self._root = engine, root
        provider = GPU_PROVIDERS.get(engine)
        self._libraries: GpuLibraries | None = None
        if provider and find_gpus(engine, root).count:
            self._libraries = GpuLibraries(provider)
        clusters = open_board(Path('/')).topology.clusters
        self._clusters = {cluster.name: cluster.cores for cluster in clusters}

    def place(self, name: str) -> Placement:
        """Return what a placement stands for now; cores may go offline or be taken away any time.

        Raises:
            PlacementError: if the machine does not offer it; the text lists what it does.
        """
        asks_for_gpu = any(map(is_gpu, processors_of(name)))
        return self.offer(_LIBRARIES_WAIT_S if asks_for_gpu else 0.0).place(name)

    def offer(self, wait_s: float) -> Machine:
        """Return what the machine offers now.

        Args:
            wait_s: longest wait until it is known whether libraries for a GPU are missing (s).
        """
        return Machine(self._clusters, gpus=self._gpus(wait_s))

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
