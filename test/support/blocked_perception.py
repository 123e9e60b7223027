# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node with a pipeline that works on a frame as long as a file exists."""

import os
import threading
import time
from pathlib import Path
from typing import Any

from dyn_perception.inference.pipeline import FrameResult, Pipeline
from dyn_perception.nodes.perception import node

BLOCK_VARIABLE = 'TEST_PERCEPTION_BLOCK'
SLOW_S = 0.02
"""Too long for a frame to be processed where it arrives: there a block would stop the node."""

_run = Pipeline.run


def _run_blocked(self: Pipeline, image: Any, *options: Any) -> FrameResult:
    block = Path(os.environ[BLOCK_VARIABLE])
    if block.exists():
        block.write_text('blocked')
    poll = threading.Event()
    while block.exists():
        poll.wait(0.01)
    time.sleep(SLOW_S)
    return _run(self, image, *options)


def main() -> int:
    """Run the node; the pipeline is replaced here, not in tests that import this module."""
    Pipeline.run = _run_blocked  # type: ignore[method-assign]
    return node.main()
