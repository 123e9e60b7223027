# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated_board node: keeps a folder of files that behaves as a board's."""

import tempfile
import threading
import time
from pathlib import Path

from dyn_perception.nodes.common.execution import run_node
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.simulated_board.settings import SimulatedBoardSettings
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.live_board import LiveBoard

USER_ERRORS = (ParameterError, SimulationError)
_PERIOD_S = 0.02


class SimulatedBoardNode(ParameterNode[SimulatedBoardSettings]):
    """Steps a board in real time."""

    def __init__(self) -> None:
        """Make the tree and start; raises one of `USER_ERRORS`."""
        super().__init__('simulated_board', SimulatedBoardSettings)
        self.declare_table()
        description = load_board_description(self.settings.board)
        root = self.settings.root or str(
            Path(tempfile.gettempdir(), f'dyn_perception_{description.name}')
        )
        # Not the ROS clock: programs on the board use the machine's monotonic one.
        self._board = LiveBoard(
            description,
            Path(root),
            time_s=time.monotonic(),
            ambient_c=self.settings.ambient_c,
        )
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name='board', daemon=True)
        self._thread.start()
        self.warn_of_unknown_parameters()
        self.get_logger().info(
            f'simulated {description.model} in {self._board.root}: read it with '
            f'resource_monitor --ros-args -p sysfs_root:={self._board.root}'
        )

    def close(self) -> None:
        """Stop and remove the tree."""
        self._ending.set()
        self._thread.join()
        self._board.close()

    def _run(self) -> None:
        """Step the board, in its thread."""
        known: dict[str, str] = {}
        due_s = time.monotonic()
        try:
            while not self._ending.wait(max(due_s - time.monotonic(), 0.0)):
                now_s = time.monotonic()
                self._board.advance(now_s)
                due_s = max(due_s + _PERIOD_S, now_s)
                problems = self._board.programs.problems
                for name in problems.keys() - known.keys():
                    self.get_logger().warning(
                        f'program file {name} is not counted: {problems[name]}'
                    )
                known = dict(problems)
        except Exception as error:
            self.failure = error
            self.context.try_shutdown()


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node('simulated_board', SimulatedBoardNode, USER_ERRORS, arguments)
