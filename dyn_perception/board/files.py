# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Safe reads and writes of small files that a kernel, or a simulated board, keeps below a root.

Such a file may be missing, vanish while it is read, hold anything, or be no file at all. A read
never raises, never blocks, never takes more than 64 KiB and never leaves the root: a link that
leads out of it, absolute or by '..', is followed as if the root were '/'. Every read opens the
file anew: that costs less than two microseconds, and a descriptor that was kept would go on
showing a file that was replaced meanwhile.
"""

import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from dyn_perception.board.errors import BoardError
from dyn_perception.board.state import NOT_KNOWN

LARGEST_READ = 65536
"""Bytes; longer files are cut there: /proc/stat of 512 cores has 40,000."""

_LARGEST_FOLDER = 4096  # names; a longer list is cut
_MOST_LINKS = 40  # as the kernel's own limit
_LONGEST_NUMBER = 32  # bytes, with line ends and padding
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
_WRITE = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
_NUMBER = re.compile(rb'-?[0-9]{1,18}')
_DIGITS = 18
_CORES = re.compile(rb'([0-9]{1,4})(?:-([0-9]{1,4}))?')


class Tree:
    """The files below one root.

    Attributes:
        root: the folder that stands for '/'.
        is_machine: whether the root is '/', so that the board is the machine itself.
    """

    def __init__(self, root: Path) -> None:
        """Take a root.

        Raises:
            BoardError: if it is not a folder.
        """
        self.root = root
        self._root = os.path.realpath(root)
        if not Path(self._root).is_dir():
            raise BoardError(
                f'root {str(root)!r} is not a folder: give "/" for this machine, or the folder '
                'that a simulated board keeps'
            )
        self.is_machine = self._root == '/'
        self._prefix = '' if self.is_machine else self._root

    def find(self, path: str) -> str | None:
        """Return where a path below the root really is, None if there is nothing.

        Args:
            path: without a leading '/', such as 'proc/stat'.
        """
        if self.is_machine:
            return '/' + path if os.path.lexists('/' + path) else None
        pending = path.split('/')[::-1]
        found: list[str] = []
        links = 0
        while pending:
            name = pending.pop()
            if name in ('', '.'):
                continue
            if name == '..':
                found = found[:-1]
                continue
            place = '/'.join((self._prefix, *found, name))
            try:
                target = os.readlink(place)  # noqa: PTH115 (ten times faster than Path)
            except OSError as error:
                if error.errno != errno.EINVAL:  # neither a link nor anything else
                    return None
                found.append(name)
                continue
            links += 1
            if links > _MOST_LINKS:
                return None
            if target.startswith('/'):
                found = []
            pending += target.split('/')[::-1]
        return '/'.join((self._prefix, *found))

    def exists(self, path: str) -> bool:
        """Return whether there is anything at a path."""
        return self.find(path) is not None

    def names(self, path: str) -> list[str]:
        """Return what a folder holds, cpu2 before cpu10; empty if there is no such folder.

        Names that cannot be shown, such as those with control characters, are left out.
        """
        place = self.find(path)
        try:
            names = os.listdir(place) if place else []  # noqa: PTH208 (names, not paths)
        except OSError:
            return []
        printable = [name for name in names[:_LARGEST_FOLDER] if name.isprintable()]
        return sorted(printable, key=_natural)

    def read(self, path: str) -> bytes:
        """Return what a file holds, empty if it cannot be read."""
        place = self.find(path)
        return (self._read(place) or b'') if place else b''

    def text(self, path: str) -> str:
        """Return a file's text without space and NUL around it; '' if it is no short text."""
        content = self.read(path)[:1024].strip(b'\0 \t\n')
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return ''
        return text if text.isprintable() else ''

    def name(self, path: str) -> str:
        """Return the name that a file holds, '' if its text has no letter and so is no name."""
        text = self.text(path)
        return text if any(map(str.isalpha, text)) else ''

    def number(self, path: str) -> float:
        """Return the number that a file holds, NaN if it holds none."""
        return to_number(self.read(path))

    def reader(self, path: str) -> Callable[[], bytes]:
        """Return a function that reads a file again and again, empty while it cannot be read."""
        known = self.find(path)

        def read() -> bytes:
            nonlocal known
            content = self._read(known) if known else None
            if content is None:  # perhaps it has come back, through another link
                known = self.find(path)
                content = self._read(known) if known else None
            return content or b''

        return read

    def _read(self, place: str) -> bytes | None:
        try:
            descriptor = os.open(place, _READ)
        except OSError as error:
            # The last part is a link on the machine itself, where the kernel resolves links.
            if error.errno != errno.ELOOP or not self.is_machine:
                return None
            try:
                descriptor = os.open(place, _READ & ~os.O_NOFOLLOW)
            except OSError:
                return None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            # A folder on the way may have become a link out of the root since it was looked up.
            if not self.is_machine and place != os.readlink(f'/proc/self/fd/{descriptor}'):  # noqa: PTH115
                return None
            content = os.read(descriptor, LARGEST_READ)
            # Files of /proc come in pieces of a page or so; those of sysfs are short.
            while 1024 < len(content) < LARGEST_READ:
                piece = os.read(descriptor, LARGEST_READ - len(content))
                if not piece:
                    break
                content += piece
            return content
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def writable(self, path: str) -> bool:
        """Return whether this process may write a file."""
        place = self.find(path)
        return place is not None and Path(place).is_file() and os.access(place, os.W_OK)

    def write(self, path: str, content: bytes) -> None:
        """Write a file that exists, in one call as sysfs wants it.

        Raises:
            OSError: if it does not exist, is no regular file, or is not to be written.
        """
        place = self.find(path)
        if place is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if self.is_machine:
            place = os.path.realpath(place)
        descriptor = os.open(place, _WRITE)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, 'not a regular file', path)
            if not self.is_machine:  # a plain file: nobody may see the tail of a longer number
                content = content.ljust(min(os.fstat(descriptor).st_size, _LONGEST_NUMBER))
            os.pwrite(descriptor, content, 0)
        finally:
            os.close(descriptor)


def to_number(content: bytes) -> float:
    """Return the whole number that a file holds, alone but for space; NaN if it does not."""
    content = content.strip(b'\0 \t\n')
    return int(content) if _NUMBER.fullmatch(content) else NOT_KNOWN


def to_numbers(content: bytes, largest: int = 10**18) -> list[int]:
    """Return the whole numbers that a file holds; empty if it holds anything else."""
    parts = content.split()
    if not b''.join(parts).isdigit() or max(map(len, parts)) > _DIGITS:
        return []
    numbers = [int(part) for part in parts]
    return numbers if max(numbers) <= largest else []


def to_cores(content: bytes) -> tuple[int, ...]:
    """Return the numbers in a list such as '0-3,5'; empty if it is no list of cores.

    https://docs.kernel.org/admin-guide/cputopology.html
    """
    cores: set[int] = set()
    for part in content.strip(b'\0 \t\n').split(b','):
        match = _CORES.fullmatch(part)
        if match is None:
            return ()
        first = int(match[1])
        cores.update(range(first, int(match[2] or first) + 1))
    return tuple(sorted(cores))


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts cpu2 before cpu10."""
    return [
        (int(part), '') if part.isdecimal() else (-1, part) for part in re.split(r'(\d+)', name)
    ]
