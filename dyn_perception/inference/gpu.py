# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which GPUs can run the network, as far as that can be told without using them.

Nothing here makes a CUDA context: that takes memory and time, which a robot that stays on its CPU
should not pay.
"""

import importlib.util
import os
import re
from pathlib import Path

from dyn_perception.inference.placement import Gpus

_CARD = re.compile(r'nvidia[0-9]+')
_JETSON_DEVICES = ('nvhost-gpu', 'nvgpu', 'nvmap')
"""Of the Jetson generations; each has one GPU on its chip, some of them as nvidia0, too."""

CUDA_PROVIDER = 'CUDAExecutionProvider'
TENSORRT_PROVIDER = 'TensorrtExecutionProvider'
GPU_PROVIDERS = {'onnx': CUDA_PROVIDER, 'tensorrt': TENSORRT_PROVIDER}
"""ONNX Runtime's provider on GPUs of the engines that use it."""

_VISIBLE = 'CUDA_VISIBLE_DEVICES'


def find_gpus(engine: str, root: Path = Path('/')) -> Gpus:
    """Return the GPUs for an engine, or why there are none.

    Whether one can be used is known when the network was loaded there: a library may list a
    provider that does not fit the driver, or that lacks libraries (see `gpu_libraries`).

    Args:
        engine: a name in `ENGINE_NAMES`.
        root: of the file system with the device files.
    """
    count = count_cuda_devices(root)
    why_none = _why_no_device(root) if not count else _why_no_library(engine)
    return Gpus(0 if why_none else count, why_none)


def count_cuda_devices(root: Path = Path('/')) -> int:
    """Return how many GPUs CUDA will find: those with a device file that are not hidden."""
    files = _device_files(root)
    cards = sum(_CARD.fullmatch(name) is not None for name in files)
    count = cards or int(not files.isdisjoint(_JETSON_DEVICES))
    visible = os.environ.get(_VISIBLE)
    return count if visible is None else _count_visible(visible, count)


def _count_visible(visible: str, count: int) -> int:
    """Return how many of `count` devices CUDA_VISIBLE_DEVICES leaves.

    It lists indices or UUIDs; CUDA ignores it from the first one that does not exist on.
    https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-environment-variables
    """
    shown = 0
    for entry in map(str.strip, visible.split(',')):
        is_index = entry.isascii() and entry.isdigit() and int(entry) < count
        if not is_index and not (count and entry.startswith(('GPU-', 'MIG-'))):
            break
        shown += 1
    return shown


def _device_files(root: Path) -> set[str]:
    try:
        return {path.name for path in (root / 'dev').iterdir()}
    except OSError:  # no such folder, or not for us
        return set()


def _why_no_device(root: Path) -> str:
    files = _device_files(root)
    if files.isdisjoint(_JETSON_DEVICES) and not any(map(_CARD.fullmatch, files)):
        return 'there is no device of an NVIDIA driver'
    return f'{_VISIBLE}={os.environ.get(_VISIBLE)!r} hides every GPU from this process'


def _why_no_library(engine: str) -> str:
    if engine == 'torch':
        found = importlib.util.find_spec('torch') is not None
        return '' if found else 'PyTorch is not installed'
    import onnxruntime

    provider, listed = GPU_PROVIDERS[engine], onnxruntime.get_available_providers()
    if provider not in listed:
        return (
            f'ONNX Runtime has only {", ".join(listed)}, engine {engine} needs {provider}: '
            'install onnxruntime-gpu, or choose engine torch with a CUDA build of PyTorch'
        )
    return ''
