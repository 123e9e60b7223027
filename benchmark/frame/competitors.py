# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Other programs that want the same core."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy_processes(count: int, core: int) -> Iterator[None]:
    """Let so many processes compute on a core within the block."""
    code = (
        f'import os\nos.sched_setaffinity(0, {{{core}}})\n'
        f'while os.getppid() == {os.getpid()}: pass'
    )
    processes = [subprocess.Popen([sys.executable, '-c', code]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
