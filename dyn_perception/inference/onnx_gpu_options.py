# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The options that ONNX Runtime's GPU providers get, and why.

Names and meanings: https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html and
https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html
"""

from pathlib import Path

CUDA_PROVIDER = 'CUDAExecutionProvider'
TENSORRT_PROVIDER = 'TensorrtExecutionProvider'

_INPUT = 'image'


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
            f'trt_profile_{bound}_shapes': f'{_INPUT}:{"x".join(map(str, (batch, *image_shape)))}'
            for bound, batch in shapes.items()
        },
    }
