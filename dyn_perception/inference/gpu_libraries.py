# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the libraries of a listed GPU provider are there, found out before they are needed.

    python -m dyn_perception.inference.gpu_libraries CUDAExecutionProvider

tries to load the provider's library and prints why it cannot. It does so in a process of its own,
since the library needs what ONNX Runtime prepares for it; nothing on the GPU is used.
"""

import subprocess
import sys
import threading

_LIMIT_S = 60.0  # a cold disk; the libraries have hundreds of megabytes


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


def main(arguments: list[str]) -> int:
    """Print why a provider's library cannot be loaded, nothing if it can."""
    from dyn_perception.inference.onnx_gpu_library import load_cuda_libraries, why_not_loaded

    load_cuda_libraries()
    print(why_not_loaded(arguments[0]), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
