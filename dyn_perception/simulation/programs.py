# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What programs occupy on a simulated board: one small file each, below the board's root.

A file is named `<pid>-<number>.program` and holds one line for each processor:

    <processor> <demand> <rate> <busy_s> <since_s> <intensity>

demand  share of the processor that the program wants now, 0...1
rate    share that it gets, so that at a time t it has worked busy_s + rate·(t - since_s)
busy_s  time that it had worked until since_s (s)
since_s monotonic clock of the machine (s)
intensity  dynamic power of its work as a share of the processor's full one

The program holds a lock (flock) on its file for as long as it lives, so a file that can be locked
is of a program that is gone. It is written by one pwrite of a constant size, and renamed into
place when it is locked, so a reader never sees a part of it.
"""

import fcntl
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = 'run/dyn_perception/programs'
"""Where the files are, below the board's root."""
SUFFIX = '.program'
MAXIMUM_BYTES = 4096
MAXIMUM_PROGRAMS = 256
_LINE = '{} {:.6f} {:.6f} {:.6f} {:.6f} {:.4f}\n'


@dataclass(frozen=True)
class Occupation:
    """What one program does on one processor; attributes as in the file."""

    demand: float = 0.0
    rate: float = 0.0
    busy_s: float = 0.0
    since_s: float = 0.0
    intensity: float = 1.0

    def busy_until(self, time_s: float) -> float:
        """Return how long it has worked until a time (s)."""
        return self.busy_s + self.rate * max(time_s - self.since_s, 0.0)


def format_occupations(occupations: Mapping[str, Occupation]) -> bytes:
    """Return a file's content, filled up with spaces to a constant size."""
    lines = (
        _LINE.format(name, item.demand, item.rate, item.busy_s, item.since_s, item.intensity)
        for name, item in occupations.items()
    )
    text = ''.join(lines).encode()
    return text.ljust(96 * max(len(occupations), 1))


def parse_occupations(content: bytes) -> dict[str, Occupation]:
    """Read a file's content.

    Raises:
        ValueError: if it breaks the format above.
    """
    if len(content) > MAXIMUM_BYTES:
        raise ValueError(f'more than {MAXIMUM_BYTES} bytes')
    found = {}
    for line in content.decode('ascii').splitlines():
        if not line.strip():
            continue
        name, *words = line.split()
        if len(words) != 5:
            raise ValueError(f'{len(words)} numbers in a line, not 5')
        demand, rate, busy_s, since_s, intensity = map(float, words)
        if not all(map(math.isfinite, (demand, rate, busy_s, since_s, intensity))):
            raise ValueError('a number that is not finite')
        if not (0 <= demand <= 1 and 0 <= rate <= 1 and 0 <= intensity <= 2 and busy_s >= 0):
            raise ValueError('a number out of range')
        found[name] = Occupation(demand, rate, busy_s, since_s, intensity)
    return found


class ProgramFolder:
    """The programs that are registered on one board.

    Attributes:
        path: the folder.
        problems: why a file is not counted, by its name.
    """

    def __init__(self, root: Path) -> None:
        """Take the board's root."""
        self.path = root / FOLDER
        self.problems: dict[str, str] = {}
        self._folder = str(self.path)

    def names(self) -> list[str]:
        """Return the names of the files, sorted; at most `MAXIMUM_PROGRAMS`."""
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 (names, often)
        except OSError:
            return []
        return sorted(name for name in names if name.endswith(SUFFIX))[:MAXIMUM_PROGRAMS]

    def read(self, without: Iterable[str] = ()) -> dict[str, dict[str, Occupation]]:
        """Return what each program occupies, by file name and processor.

        Args:
            without: files to leave out, such as the caller's own.
        """
        found = {}
        for name in self.names():
            if name in without:
                continue
            try:
                found[name] = parse_occupations(self._content(name))
            except FileNotFoundError:  # it ended meanwhile
                continue
            except (OSError, ValueError) as error:
                self.problems[name] = str(error)
            else:
                self.problems.pop(name, None)
        return found

    def remove_dead(self) -> list[str]:
        """Remove the files of programs that are gone; return their names."""
        removed = []
        for name in self.names():
            try:
                descriptor = os.open(f'{self._folder}/{name}', _READ)
            except OSError:
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(f'{self._folder}/{name}')  # noqa: PTH108 (a name, not a path)
            except OSError:  # alive, or removed meanwhile
                continue
            finally:
                os.close(descriptor)
            self.problems.pop(name, None)
            removed.append(name)
        return removed

    def _content(self, name: str) -> bytes:
        descriptor = os.open(f'{self._folder}/{name}', _READ)
        try:
            return os.read(descriptor, MAXIMUM_BYTES + 1)
        finally:
            os.close(descriptor)


# Neither a link out of the tree is followed, nor does a pipe block the board.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def occupation_totals(
    programs: Mapping[str, Mapping[str, Occupation]], processor: str
) -> tuple[float, int]:
    """Return the demand on a processor and how many programs make it."""
    demands = [
        occupations[processor].demand
        for occupations in programs.values()
        if processor in occupations and occupations[processor].demand > 0.0
    ]
    return sum(demands), len(demands)
