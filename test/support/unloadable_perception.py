# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node on a machine where the network can be loaded only once."""

from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.pipeline import Pipeline, PipelineFactory
from dyn_perception.inference.placement import Placement
from support import paced_perception

_make = PipelineFactory.make
_made: list[Placement] = []


def _make_once(self: PipelineFactory, placement: Placement) -> Pipeline:
    _made.append(placement)
    if len(_made) > 1:
        raise EngineError('out of memory: a fault of the test')
    return _make(self, placement)


def main() -> int:
    """Run the node; the factory is replaced here, not in tests that import this module."""
    PipelineFactory.make = _make_once  # type: ignore[method-assign]
    return paced_perception.main()
