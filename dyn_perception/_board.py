# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The board that a program runs on, as a policy sees it."""

import os
import time

from dyn_perception.board.board import board_root, open_board
from dyn_perception.control.board_readings import observe
from dyn_perception.control.policy import BoardObservation


class Board:
    """Reads load, clocks, power and heat of a board. Not safe for several threads at once.

    Attributes:
        model: what the board is called.
    """

    def __init__(self, root: str | os.PathLike[str] = '/') -> None:
        """Probe what can be read.

        Args:
            root: '/' for this machine, or the folder of a simulated board.

        Raises:
            BoardError: if the root names no folder.
        """
        self._board = open_board(board_root(os.fspath(root)))
        self.model = self._board.model
        self._board.read()  # what is averaged between readings begins here

    def read(self) -> BoardObservation:
        """Return what the board is like now; loads are averaged since the previous reading.

        A reading takes some milliseconds of files: ten a second are plenty. What the board does
        not tell is NaN.
        """
        return observe(self._board.read(), time.monotonic())
