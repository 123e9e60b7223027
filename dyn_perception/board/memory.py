# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Memory, and how long tasks wait for a CPU."""

import re

from dyn_perception.board.files import Tree
from dyn_perception.board.plausible import MEMORY_BYTES, SHARE, plausible
from dyn_perception.board.state import NOT_KNOWN

_FIELD = re.compile(rb'([\w()]+): +([0-9]{1,15}) kB')
_FREE = (b'MemFree', b'Buffers', b'Cached')
_SOME = re.compile(rb'^some avg10=([0-9]{1,3}\.[0-9]{1,4}) ', re.MULTILINE)


class Memory:
    """The board's memory.

    https://docs.kernel.org/filesystems/proc.html#meminfo
    """

    def __init__(self, tree: Tree) -> None:
        self._content = tree.reader('proc/meminfo')

    def read(self) -> tuple[float, float]:
        """Return how much is in use and how much there is (byte), NaN: not known.

        Kernels before 3.14 do not tell what is available; free, buffers and cache stand for it.
        """
        content = self._content()
        lines = content[:512].split(b'\n')[:-1]  # the first ones matter, the last may be cut off
        matches = [_FIELD.fullmatch(line) for line in lines]
        if None in matches:
            return NOT_KNOWN, NOT_KNOWN
        fields = {match[1]: float(match[2]) * 1024 for match in matches if match}
        total = plausible(fields.get(b'MemTotal', NOT_KNOWN), MEMORY_BYTES)
        free = fields.get(b'MemAvailable', NOT_KNOWN)
        if b'MemAvailable' not in fields:
            free = sum(fields.get(name, NOT_KNOWN) for name in _FREE)
        return plausible(total - free, (0.0, total)), total


class CpuPressure:
    """Pressure stall information.

    https://docs.kernel.org/accounting/psi.html
    """

    def __init__(self, tree: Tree) -> None:
        self._content = tree.reader('proc/pressure/cpu')

    def read(self) -> float:
        """Return the share of the last 10 s in which some task waited for a CPU; NaN: unknown."""
        match = _SOME.search(self._content())
        return plausible(float(match[1]) / 100, SHARE) if match else NOT_KNOWN
