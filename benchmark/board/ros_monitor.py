# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node under measurement."""

import os
import time
from pathlib import Path
from typing import Any

from benchmark import ROOT
from benchmark.ros.node_process import NodeProcess

STARTED = 'clock limits:'
_LIMIT_S = 60.0
_MAIN = 'from dyn_perception.nodes.resource_monitor.node import main; sys.exit(main())'
# What no sensor does: reading the board fails once there is a file named `fault`.
_FAULT = """
from dyn_perception.board.board import Board
read = Board.read
def fail(board):
    if board.tree.exists('fault'):
        raise ZeroDivisionError('a fault of the benchmark')
    return read(board)
Board.read = fail
"""


class MonitorProcess(NodeProcess):
    """A running resource_monitor of the tree in a folder."""

    def __init__(
        self, root: Path, log: Path, *, can_fail: bool = False, **parameters: Any
    ) -> None:
        """Start the node and wait until it runs.

        Args:
            root: the board's folder.
            log: file for what it prints.
            can_fail: whether it breaks once the root has a file named `fault`.
            parameters: further ROS parameters.
        """
        super().__init__(
            ['-c', f'import sys{_FAULT if can_fail else os.linesep}{_MAIN}'],
            log,
            parameters={'sysfs_root': str(root), **parameters},
            environment={
                'DYN_PERCEPTION_RUNTIME_DIR': str(log.parent / 'run'),
                'PYTHONPATH': f'{ROOT}{os.pathsep}{os.environ.get("PYTHONPATH", "")}',
            },
        )
        deadline = time.monotonic() + _LIMIT_S
        while STARTED not in log.read_text():
            self.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f'the resource_monitor does not start: see {log}')
            time.sleep(0.01)

    @property
    def cpu_s(self) -> float:
        """CPU time that the process has taken so far, of all its threads (s)."""
        text = Path(f'/proc/{self.pid}/stat').read_text()
        user, system = text.rpartition(')')[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')
