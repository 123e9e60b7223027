# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The libraries of ONNX Runtime's GPU providers: loading them, and why that fails.

A provider is listed if onnxruntime-gpu was built with it, whether or not the libraries it needs
are installed. Without them, ONNX Runtime puts a session on the CPU and says so only on standard
error (CUDA), or raises an error that does not name the library (TensorRT). So it is found out
before they are needed:

    python -m dyn_perception.inference.gpu_libraries CUDAExecutionProvider

tries to load the provider's library and prints why it cannot. It does so in a process of its own,
since the library needs what ONNX Runtime prepares for it; nothing on the GPU is used.
"""

import contextlib
import ctypes
import io
import re
import subprocess
import sys
import threading
from pathlib import Path

_LIMIT_S = 60.0  # a cold disk; the libraries have hundreds of megabytes
_LONGEST_REASON = 300
_CUDA_FAILURE = re.compile(r'\b[A-Z_]+ failure \d+: [^;]*')  # CUDA, CUDNN, CUBLAS ...
_UNKNOWN_OPTION = re.compile(r'Unknown provider option: "\w+"')


class GpuLibraries:
    """Looks at the libraries of one provider in the background, once."""

    def __init__(self, provider: str) -> None:
        """Start to look."""
        self._provider = provider
        self._reason = ''
        self._thread = threading.Thread(target=self._look, name='gpu libraries', daemon=True)
        self._thread.start()

    def why_not(self, wait_s: float = 0.0) -> str:
        """Return why the provider cannot be loaded, '' if it may be or is not known yet.

        Args:
            wait_s: longest wait for the answer (s).
        """
        self._thread.join(wait_s)
        return self._reason

    def _look(self) -> None:
        try:
            found = subprocess.run(
                [sys.executable, '-m', __name__, self._provider],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return  # loading the network will tell
        # A library that is found but crashes without its host says nothing either.
        if found.returncode == 0:
            self._reason = found.stdout.strip()


def load_cuda_libraries() -> None:
    """Load CUDA and cuDNN where pip put them; the dynamic linker does not look there.

    Nothing happens before ONNX Runtime 1.21, which has no such function, or where they are in
    none of its places.
    """
    import onnxruntime  # not at the top: where torch is the engine it need not be installed

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
    import onnxruntime

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


def main(arguments: list[str]) -> int:
    """Print why a provider's library cannot be loaded, nothing if it can."""
    load_cuda_libraries()
    print(why_not_loaded(arguments[0]), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
