# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One process at a time sets the limits of a board."""

import fcntl
import os
from pathlib import Path


class BoardLock:
    """A lock on the folder `sys` of a root, held until it is released or the process ends.

    The folder itself is locked, not a file beside it: whoever sees the board sees the same folder,
    whatever their rights, their temporary folder, or the path by which they name the root.
    """

    def __init__(self, root: Path) -> None:
        """Name the root; nothing is locked yet."""
        system = root / 'sys'
        self._folder = system if system.is_dir() else root
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if it is free and return whether it is held; never waits.

        Raises:
            OSError: if the folder cannot be opened or its file system has no locks.
        """
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back if it is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
