# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine on an NVIDIA GPU: ONNX Runtime's CUDA provider. Written to its documentation.

https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html
"""

import time
from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dyn_perception.inference.errors import EngineError, PlacementError
from dyn_perception.inference.gpu import CUDA_PROVIDER
from dyn_perception.inference.gpu_libraries import (
    load_cuda_libraries,
    reason_in,
    why_not_loaded,
)
from dyn_perception.inference.onnx_engine import OnnxEngine, ProviderSetting
from dyn_perception.inference.placement import ANY_CPU, Placement
from dyn_perception.network.bundle import Bundle

_DEVICE = 'cuda'


class OnnxGpuEngine(OnnxEngine):
    """Runs the groups on a CUDA device; logits come back to the CPU after each.

    The driver copies through page-locked memory of its own. Buffers of that kind on this side
    would only add a copy, since the batch is made in ordinary memory.

    Attributes:
        provider: of ONNX Runtime, that which is to compute first.
        remedy: what to do where it cannot be used.
    """

    provider = CUDA_PROVIDER
    remedy = (
        'install the CUDA and cuDNN that this onnxruntime-gpu was made for (pip install '
        '"onnxruntime-gpu[cuda,cudnn]") and a driver that fits, or choose engine torch'
    )

    def __init__(self, bundle: Bundle, *, threads: int = 1, placement: Placement) -> None:
        """Load all groups.

        Args:
            bundle: the trained network.
            threads: threads within an operator that the CPU computes.
            placement: the GPU.

        Raises:
            BundleError: if a file of the bundle was changed.
            PlacementError: if ONNX Runtime cannot use the GPU.
            EngineError: if it cannot load a group.
        """
        self._device = placement.processors[0].device
        self._on_device: onnxruntime.OrtValue | None = None
        self._gpu_s = 0.0
        load_cuda_libraries()
        super().__init__(bundle, threads=threads, placement=placement)

    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""
        self._on_device = None
        super().close()

    def busy_times(self, own_s: float) -> dict[str, float]:
        """Return the time of the GPU, and that of the thread that fed it."""
        return {ANY_CPU: own_s, self.placement.processors[0].name: self._gpu_s}

    def _providers(self, content: bytes) -> Sequence[ProviderSetting]:
        return ((CUDA_PROVIDER, cuda_options(self._device)),)

    def _check_providers(self, session: onnxruntime.InferenceSession) -> None:
        found = session.get_providers()[0]
        if found != self.provider:
            reason = why_not_loaded(self.provider) or 'its log says why'
            raise self._placement_error(f'took {found}: {reason}')

    def _load_error(self, what: str, error: Exception) -> EngineError:
        # Of providers it raises this class, of models one of its own.
        if type(error) is RuntimeError:
            reason = why_not_loaded(self.provider) or self._reason(error)
            return self._placement_error(f'cannot use it: {reason}')
        return super()._load_error(what, error)

    def _placement_error(self, what: str) -> PlacementError:
        return PlacementError(
            f'{self.placement.name} cannot run the network: ONNX Runtime '
            f'{onnxruntime.__version__} lists {self.provider} but {what}; {self.remedy}'
        )

    def _reason(self, error: Exception) -> str:
        return reason_in(str(error))

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        start = time.perf_counter()
        logits = super()._forward(group, batch)
        self._gpu_s += time.perf_counter() - start
        return logits

    def _begin(self, batch: NDArray[np.float32]) -> None:
        self._gpu_s = 0.0
        # All groups read one copy on the device, made when the first of them needs it.
        if self._on_device is None or batch is not self._batch:
            return
        start = time.perf_counter()
        try:
            self._on_device.update_inplace(batch)
        except Exception as error:  # ONNX Runtime's errors have no common class of their own
            raise EngineError(
                f'a batch of {len(batch)} cannot be copied to {self.placement.name}: '
                f'{self._reason(error)}; use fewer regions if memory is short'
            ) from error
        self._gpu_s = time.perf_counter() - start

    def _input_value(self, batch: NDArray[np.float32]) -> onnxruntime.OrtValue:
        self._on_device = onnxruntime.OrtValue.ortvalue_from_numpy(batch, _DEVICE, self._device)
        return self._on_device


def cuda_options(device: int) -> dict[str, str]:
    """Return the options of the CUDA provider.

    CUDA graphs (`enable_cuda_graph`) stay off. ONNX Runtime captures in the mode in which CUDA
    refuses calls of all other threads that may allocate memory, so the next engine, which is
    warmed up beside the running one, would break the running one. A replay also reads and writes
    the addresses of the capture, whatever is bound later. The torch engine captures in the mode
    that concerns its own thread only.

    `gpu_mem_limit` is not set: it bounds one session's arena, and there is one for each group.

    Args:
        device: CUDA's index.
    """
    return {
        # The first device is the default; ONNX Runtime 1.31 warns where it is named all the same.
        **({'device_id': str(device)} if device else {}),
        # All algorithms are tried when a batch size is new, which is in the warm-up.
        'cudnn_conv_algo_search': 'EXHAUSTIVE',
        # At most 32 MB to try one: more can take GBs, which a Jetson's CPU shares, and gains
        # in half precision, which is not used here.
        'cudnn_conv_use_max_workspace': '0',
        # And not to the next power of two; the batch size does not change.
        'arena_extend_strategy': 'kSameAsRequested',
        # In a stream of their own, copies race with the computation.
        'do_copy_in_default_stream': '1',
    }
