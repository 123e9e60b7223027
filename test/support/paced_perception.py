# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node whose groups take as long as a file says (ms), as beside other programs."""

import dataclasses
import os
import time
from pathlib import Path
from typing import Any

from dyn_perception.inference.pipeline import FrameResult, Pipeline
from dyn_perception.nodes.perception import node

PACE_VARIABLE = 'TEST_PERCEPTION_PACE'

_run = Pipeline.run


def _run_paced(self: Pipeline, *arguments: Any, **options: Any) -> FrameResult:
    result = _run(self, *arguments, **options)
    wanted_s = result.groups_run * float(Path(os.environ[PACE_VARIABLE]).read_text()) / 1000
    time.sleep(max(0.0, wanted_s - result.inference_s))
    return dataclasses.replace(result, inference_s=max(wanted_s, result.inference_s))


def main() -> int:
    """Run the node; the pipeline is replaced here, not in tests that import this module."""
    if PACE_VARIABLE in os.environ:
        Pipeline.run = _run_paced  # type: ignore[method-assign]
    return node.main()
