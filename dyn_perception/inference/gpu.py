# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a GPU can run the network, as far as that can be told without using it."""

import importlib.util
from pathlib import Path

_DEVICES = ('dev/nvidia0', 'dev/nvhost-gpu', 'dev/nvgpu', 'dev/nvmap')
"""Of NVIDIA's drivers: desktop and server, and the Jetson generations."""

ONNX_PROVIDERS = ('TensorrtExecutionProvider', 'CUDAExecutionProvider')
"""ONNX Runtime's providers that compute on NVIDIA GPUs, the faster one first."""


def why_no_gpu(engine: str, root: Path = Path('/')) -> str:
    """Return why an engine cannot use a GPU, empty if it may be able to.

    Whether it can is known when the network was loaded there: a library may list a provider that
    does not fit the driver.

    Args:
        engine: a name in `ENGINE_NAMES`.
        root: of the file system with the device files.
    """
    if not any((root / device).exists() for device in _DEVICES):
        return 'there is no device of an NVIDIA driver'
    if engine == 'torch':
        found = importlib.util.find_spec('torch') is not None
        return '' if found else 'PyTorch is not installed'
    import onnxruntime

    listed = onnxruntime.get_available_providers()
    if not set(ONNX_PROVIDERS).intersection(listed):
        return (
            f'ONNX Runtime has only {", ".join(listed)}: install onnxruntime-gpu, or choose '
            'engine torch with a CUDA build of PyTorch'
        )
    return ''
