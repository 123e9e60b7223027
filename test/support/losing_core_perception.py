# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node on a machine that loses every core it was put on once a file exists."""

import os
from pathlib import Path

from dyn_perception.nodes.perception import node, placing
from dyn_perception.processors.cores import usable_cores

LOSS_VARIABLE = 'TEST_PERCEPTION_LOST_CORES'


def _left_cores() -> frozenset[int]:
    lost = Path(os.environ[LOSS_VARIABLE]).exists()
    return frozenset() if lost else usable_cores()


def main() -> int:
    """Run the node; its view of the cores is replaced here, not in tests that import this."""
    placing.usable_cores = _left_cores
    return node.main()
