# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A wall clock that jumps, for one process."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

needs_compiler = pytest.mark.skipif(
    shutil.which('cc') is None, reason='a C compiler makes the library that jumps'
)


class MovableClock:
    """The wall clock of the processes that are started in `environment`."""

    def __init__(self, folder: Path) -> None:
        """Build the library in a folder."""
        library = folder / 'wall_clock.so'
        source = Path(__file__).with_name('wall_clock.c')
        subprocess.run(['cc', '-shared', '-fPIC', '-o', library, source, '-ldl'], check=True)
        preload = ' '.join(filter(None, [str(library), os.environ.get('LD_PRELOAD')]))
        self._offset = folder / 'offset'
        self.environment = {'LD_PRELOAD': preload, 'TEST_WALL_CLOCK_OFFSET': str(self._offset)}

    def jump(self, seconds: int) -> None:
        """Set the clock so far ahead of the machine's, or back."""
        part = self._offset.with_suffix('.part')
        part.write_text(str(seconds))
        part.replace(self._offset)
