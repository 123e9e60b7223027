# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node with a board that breaks once a file named `fault` is in its root."""

from dyn_perception.board.board import Board
from dyn_perception.board.state import BoardState
from dyn_perception.nodes.resource_monitor import node

_read = Board.read


def _fail(self: Board) -> BoardState:
    if self.tree.exists('fault'):
        raise ZeroDivisionError('a fault of the test')
    return _read(self)


Board.read = _fail  # type: ignore[method-assign]
main = node.main
