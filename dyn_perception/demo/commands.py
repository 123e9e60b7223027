# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands that a person can give in another terminal, in the folder that the demo runs in."""

import os
import shutil
import sys
from pathlib import Path

_PROGRAM = 'dyn-perception'


def set_command(node: str, parameter: str, value: str) -> str:
    """Return the command that sets a parameter of a node.

    ROS 2 from wheels has no `ros2`.
    """
    if shutil.which('ros2'):
        return f'ros2 param set {node} {parameter} {value}'
    return f'make set NODE={node} PARAMETER={parameter} VALUE={value}'


def program_command() -> str:
    """Return how the command of this package is called."""
    path = Path(sys.prefix, 'bin', _PROGRAM)
    relative = os.path.relpath(path)
    # An environment in this folder is not on the path of another terminal.
    return relative if path.is_file() and not relative.startswith(os.pardir) else _PROGRAM
