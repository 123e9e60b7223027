# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Loading the libraries of ONNX Runtime's GPU providers, and why that fails.

A provider is listed if onnxruntime-gpu was built with it, whether or not the libraries it needs
are installed. Without them, ONNX Runtime puts a session on the CPU and says so only on standard
error (CUDA), or raises an error that does not name the library (TensorRT).
"""

import contextlib
import ctypes
import io
import re
from pathlib import Path

import onnxruntime

_LONGEST_REASON = 300
_CUDA_FAILURE = re.compile(r'\b[A-Z_]+ failure \d+: [^;]*')  # CUDA, CUDNN, CUBLAS ...
_UNKNOWN_OPTION = re.compile(r'Unknown provider option: "\w+"')


def load_cuda_libraries() -> None:
    """Load CUDA and cuDNN where pip put them; the dynamic linker does not look there.

    Nothing happens before ONNX Runtime 1.21, which has no such function, or where they are in
    none of its places.
    """
    preload = getattr(onnxruntime, 'preload_dlls', None)
    if preload is not None:
        with contextlib.redirect_stdout(io.StringIO()):  # what is missing is said when it matters
            preload()


def why_not_loaded(provider: str) -> str:
    """Return why the library of a provider cannot be loaded; '' if it can.

    Only for after ONNX Runtime has tried it, which prepares what the library calls when loaded.

    Args:
        provider: for example `CUDAExecutionProvider`.
    """
    name = provider.removesuffix('ExecutionProvider').lower()
    folder = Path(onnxruntime.__file__).parent / 'capi'
    try:
        ctypes.CDLL(str(folder / f'libonnxruntime_providers_{name}.so'))
    except OSError as error:
        return str(error)
    return ''


def reason_in(text: str) -> str:
    """Return the part of an error of ONNX Runtime that tells what is wrong.

    Args:
        text: the error; it starts with signatures of C++ functions.
    """
    line = ' '.join(text.split())
    for pattern in (_CUDA_FAILURE, _UNKNOWN_OPTION):
        if found := pattern.search(line):
            return found.group().strip()
    return line if len(line) <= _LONGEST_REASON else f'... {line[-_LONGEST_REASON:]}'
