# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine on an NVIDIA GPU: ONNX Runtime's CUDA provider. Written to its documentation."""

import time

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dyn_perception.inference.onnx_engine import OnnxEngine
from dyn_perception.inference.placement import ANY_CPU

_DEVICE = 'cuda'


class OnnxGpuEngine(OnnxEngine):
    """Runs the groups on the first CUDA device; logits come back to the CPU after each."""

    providers = ('CUDAExecutionProvider',)
    _on_device: onnxruntime.OrtValue | None = None
    _gpu_s = 0.0

    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""
        self._on_device = None
        super().close()

    def busy_times(self, own_s: float) -> dict[str, float]:
        """Return the time of the GPU, and that of the thread that fed it."""
        return {ANY_CPU: own_s, self.placement.processors[0].name: self._gpu_s}

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        start = time.perf_counter()
        logits = super()._forward(group, batch)
        self._gpu_s += time.perf_counter() - start
        return logits

    def _begin(self, batch: NDArray[np.float32]) -> None:
        self._gpu_s = 0.0
        # All groups read one copy on the device, made when the first of them needs it.
        if self._on_device is not None and batch is self._batch:
            self._on_device.update_inplace(batch)

    def _input_value(self, batch: NDArray[np.float32]) -> onnxruntime.OrtValue:
        self._on_device = onnxruntime.OrtValue.ortvalue_from_numpy(batch, _DEVICE, 0)
        return self._on_device
