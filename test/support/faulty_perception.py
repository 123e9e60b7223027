# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node with a pipeline that breaks on the first frame."""

from typing import Any

from dyn_perception.inference.pipeline import FrameResult, Pipeline
from dyn_perception.nodes.perception import node

_run = Pipeline.run
_frames: list[Any] = []


def _fail_first(self: Pipeline, image: Any, *options: Any) -> FrameResult:
    _frames.append(image)
    if len(_frames) == 1:
        raise ZeroDivisionError('a fault of the test')
    return _run(self, image, *options)


Pipeline.run = _fail_first  # type: ignore[method-assign]
main = node.main
