# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A fresh interpreter, for what must not be imported or must end by itself."""

import subprocess
import sys


def run_python(code: str, timeout: float = 120) -> str:
    """Run code in a new process; return its output, fail with its errors."""
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
