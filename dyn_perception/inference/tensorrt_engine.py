# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine on an NVIDIA GPU with TensorRT, ONNX Runtime's provider. Written to its documents.

https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.gpu import CUDA_PROVIDER, TENSORRT_PROVIDER
from dyn_perception.inference.onnx_engine import MODEL_INPUT, ProviderSetting
from dyn_perception.inference.onnx_gpu_engine import OnnxGpuEngine, cuda_options
from dyn_perception.inference.placement import Placement
from dyn_perception.inference.tensorrt_cache import engine_folder, timing_folder
from dyn_perception.network.bundle import Bundle


class TensorrtEngine(OnnxGpuEngine):
    """Runs the groups with TensorRT, and on CUDA what TensorRT does not take.

    The first time that a network is loaded, TensorRT builds it for the GPU, which takes minutes on
    a small board; later it is loaded from `engine_folder`.
    """

    provider = TENSORRT_PROVIDER
    remedy = (
        'install the TensorRT, CUDA and cuDNN that this onnxruntime-gpu was made for, or choose '
        'engine onnx'
    )

    def __init__(
        self, bundle: Bundle, *, threads: int = 1, placement: Placement, largest_batch: int = 1
    ) -> None:
        """Load all groups, or build them.

        Args:
            bundle: the trained network.
            threads: threads within an operator that the CPU computes.
            placement: the GPU.
            largest_batch: images of a batch, at most.

        Raises:
            BundleError: if a file of the bundle was changed.
            PlacementError: if ONNX Runtime cannot use TensorRT on the GPU.
            EngineError: if it cannot load a group, or there is no folder for what is built.
        """
        self._largest_batch = largest_batch
        super().__init__(bundle, threads=threads, placement=placement)

    def _providers(self, content: bytes) -> Sequence[ProviderSetting]:
        options = tensorrt_options(
            self._device,
            self.image_shape,
            self._largest_batch,
            engine_folder(content, self._largest_batch),
            timing_folder(),
        )
        return ((TENSORRT_PROVIDER, options), (CUDA_PROVIDER, cuda_options(self._device)))

    def _begin(self, batch: NDArray[np.float32]) -> None:
        if len(batch) > self._largest_batch:
            raise EngineError(
                f'batch of {len(batch)} images is too large: TensorRT built the network for '
                f'1...{self._largest_batch}; create the engine for larger ones'
            )
        super()._begin(batch)


def tensorrt_options(
    device: int,
    image_shape: tuple[int, int, int],
    largest_batch: int,
    engine_folder: Path,
    timing_folder: Path,
) -> dict[str, str]:
    """Return the options of the TensorRT provider; CUDA graphs stay off as in `cuda_options`.

    Args:
        device: CUDA's index.
        image_shape: of one image, [3, height, width].
        largest_batch: the engines are built for batches of 1 to so many, best for the largest.
        engine_folder: for the engines of one model.
        timing_folder: for the times of layers, which building groups of the same shape shares.
    """
    image = 'x'.join(map(str, image_shape))
    shapes = {'min': 1, 'opt': largest_batch, 'max': largest_batch}
    return {
        'device_id': str(device),
        # Calibrated scores and the accuracy in the bundle are those of single precision.
        'trt_fp16_enable': '0',
        'trt_int8_enable': '0',
        'trt_engine_cache_enable': '1',
        'trt_engine_cache_path': str(engine_folder),
        'trt_timing_cache_enable': '1',
        'trt_timing_cache_path': str(timing_folder),
        # With these the engines are built when the network is loaded and not when a frame comes,
        # and no other batch size makes them be built again.
        **{
            f'trt_profile_{bound}_shapes': f'{MODEL_INPUT}:{batch}x{image}'
            for bound, batch in shapes.items()
        },
    }
