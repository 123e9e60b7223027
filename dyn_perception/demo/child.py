# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Run a node as a child that never outlives the demo.

python -m dyn_perception.demo.child PARENT_ID NODE [ROS arguments]
"""

import ctypes
import importlib
import os
import signal
import sys

from dyn_perception.demo.interruption import end_process

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """Have the kernel ask this process to end when its parent ends, however that ends."""
    # Not SIGKILL: Fast DDS would leave its shared memory behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was told
        sys.exit(1)


def main() -> int:
    """Run the node that the command line names and return its exit status."""
    die_with_parent(int(sys.argv[1]))
    name = sys.argv[2]
    module = name if '.' in name else f'nodes.{name}.node'
    node = importlib.import_module(f'dyn_perception.{module}')
    status: int = node.main([name, *sys.argv[3:]])
    return status


if __name__ == '__main__':
    end_process(main())
