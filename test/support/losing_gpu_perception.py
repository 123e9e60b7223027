# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node on a machine whose GPU runs out of memory after a few frames."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference import engines, this_machine
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.onnx_engine import OnnxEngine
from dyn_perception.inference.placement import Gpus, Placement
from support import paced_perception

_GROUP_RUNS = 12  # two warm-ups of four groups, and one frame
_engine_class = engines._engine_class


class _LostGpuEngine(OnnxEngine):
    """An engine that breaks after its first frame."""

    _left = _GROUP_RUNS

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self._left -= 1
        if self._left < 0:
            raise EngineError('out of memory on the GPU: a fault of the test')
        return super()._forward(group, batch)


def _class_with_gpu(name: str, placement: Placement, largest_batch: int) -> Callable[..., Engine]:
    is_gpu = placement.processors[0].is_gpu
    return _LostGpuEngine if is_gpu else _engine_class(name, placement, largest_batch)


def main() -> int:
    """Run the node; its parts are replaced here, not in tests that import this module."""
    this_machine.find_gpus = lambda engine, root: Gpus(1, '')
    this_machine.GPU_PROVIDERS = {}  # whose libraries would be missing
    engines._engine_class = _class_with_gpu
    return paced_perception.main()
