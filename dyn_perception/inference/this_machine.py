# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine that this process runs on offers to placements."""

from pathlib import Path

from dyn_perception.board.board import open_board
from dyn_perception.inference.gpu import find_gpus
from dyn_perception.inference.placement import Machine, Placement


class ThisMachine:
    """Finds placements on this machine; its clusters are looked at once, its cores each time."""

    def __init__(self, engine: str) -> None:
        """Look at the clusters; `engine` is the name of the one that is to run the network."""
        self._engine = engine
        clusters = open_board(Path('/')).topology.clusters
        self._clusters = {cluster.name: cluster.cores for cluster in clusters}

    def place(self, name: str) -> Placement:
        """Return what a placement stands for now; cores may go offline or be taken away any time.

        Raises:
            PlacementError: if the machine does not offer it; the text lists what it does.
        """
        return Machine(self._clusters, gpus=find_gpus(self._engine)).place(name)
