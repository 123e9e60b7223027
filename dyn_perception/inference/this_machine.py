# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine that this process runs on offers to placements."""

from pathlib import Path

from dyn_perception.board.board import open_board
from dyn_perception.inference.gpu import why_no_gpu
from dyn_perception.inference.placement import Machine


def this_machine(engine: str) -> Machine:
    """Return what this machine offers now; cores may go offline or be taken away any time.

    Args:
        engine: name of the engine that is to run the network.
    """
    clusters = open_board(Path('/')).topology.clusters
    return Machine(
        {cluster.name: cluster.cores for cluster in clusters}, no_gpu=why_no_gpu(engine)
    )
