# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated board in virtual time."""

from pathlib import Path

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.live_board import LiveBoard

TICK_S = 0.02


class SteppedBoard:
    """A board whose time moves only when it is told to; `clock` and `sleep` are the board's.

    Attributes:
        time_s: now.
        board: the board.
        root: of its tree.
        clock_stands: whether sleeping moves only the time, not the board.
    """

    def __init__(self, description: BoardDescription | str, root: Path, **options: float) -> None:
        """Make the tree."""
        if isinstance(description, str):
            description = load_board_description(description)
        self.time_s = 100.0
        self.clock_stands = False
        self.board = LiveBoard(description, root, time_s=self.time_s, **options)
        self.root = self.board.root

    def clock(self) -> float:
        """Return the time."""
        return self.time_s

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.time_s + seconds
        while self.time_s < end_s - 1e-12:
            self.time_s = min(self.time_s + TICK_S, end_s)
            if not self.clock_stands:
                self.board.advance(self.time_s)

    def __enter__(self) -> 'SteppedBoard':
        """Return the board, which is removed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the tree."""
        self.board.close()
