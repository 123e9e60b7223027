# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The options that ONNX Runtime's GPU providers get, and why.

Names and meanings: https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html
"""

CUDA_PROVIDER = 'CUDAExecutionProvider'


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
