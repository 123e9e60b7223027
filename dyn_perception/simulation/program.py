# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A program that runs on a simulated board."""

import contextlib
import fcntl
import itertools
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.programs import (
    FOLDER,
    SUFFIX,
    Occupation,
    format_occupations,
)

_numbers = itertools.count()


class Program:
    """Registers what the calling process occupies. Not safe for use by several threads at once.

    Attributes:
        name: of its file.
        busy_s: time that it has worked on each processor until the last change (s).
    """

    def __init__(
        self,
        root: Path,
        processors: tuple[str, ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Register, occupying nothing.

        Args:
            root: of the board's tree.
            processors: names of all processors that it may use.
            clock: the board's time; the machine's monotonic clock unless it is stepped.

        Raises:
            SimulationError: if no simulated board runs there, or files cannot be made.
        """
        self.name = f'{os.getpid()}-{next(_numbers)}{SUFFIX}'
        self.busy_s = dict.fromkeys(processors, 0.0)
        self._clock = clock
        self._path = Path(root, FOLDER, self.name)
        self._now = {name: Occupation(since_s=clock()) for name in processors}
        hidden = self._path.with_name(f'.{self.name}')
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            self._descriptor = os.open(hidden, flags, 0o644)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            os.pwrite(self._descriptor, format_occupations(self._now), 0)
            hidden.rename(self._path)
        except PermissionError as error:
            raise SimulationError(
                f'{str(self._path.parent)!r} must not be written by user {os.geteuid()}: run the '
                'program as the user of the simulated board'
            ) from error
        except OSError as error:
            raise SimulationError(
                f'no simulated board takes programs at {str(root)!r} ({error.strerror}): start '
                'one with: ros2 run dyn_perception simulated_board --ros-args -p root:=DIR'
            ) from error

    def occupy(
        self,
        demand: Mapping[str, float],
        *,
        rate: float | None = None,
        intensity: float = 1.0,
        busy_s: Mapping[str, float] | None = None,
    ) -> None:
        """Change what the program occupies from now on.

        Args:
            demand: share of each processor that it wants, 0...1; 0 where left out.
            rate: part of it that it gets, 0...1; None: all.
            intensity: dynamic power of its work as a share of the processor's full one.
            busy_s: time that it has worked on each processor until now, where that is known
                better than from demand and rate.
        """
        now = self._clock()
        part = 1.0 if rate is None else rate
        for name, before in self._now.items():
            known = before.busy_until(now) if busy_s is None else busy_s[name]
            self.busy_s[name] = known
            share = demand.get(name, 0.0)
            self._now[name] = Occupation(
                share, share * part, self.busy_s[name], now, intensity if share else 1.0
            )
        os.pwrite(self._descriptor, format_occupations(self._now), 0)

    def close(self) -> None:
        """Unregister; calling it again does nothing."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):  # the board may have removed its tree
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> 'Program':
        """Return the program, which is unregistered at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unregister."""
        self.close()
