# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How busy the cores are, from the kernel's counters of time."""

from __future__ import annotations

from collections.abc import Iterable

from dyn_perception.board.files import to_numbers
from dyn_perception.board.state import NOT_KNOWN

_HIGHEST_COUNT = 10**12  # USER_HZ; three hundred years
_REPEAT_S = 0.5


class CpuLoad:
    """Busy shares between two readings of /proc/stat.

    Differences of the counters need no clock: a jump of the wall clock does not matter. A counter
    that went back (a core was switched off and on, or the counter wrapped around) gives NaN once.
    The counters move in steps of 10 ms; when a reading finds that none moved, the shares of the
    one before are repeated for up to half a second.
    https://docs.kernel.org/filesystems/proc.html
    """

    def __init__(self) -> None:
        self._before: dict[int, tuple[int, int]] = {}
        self._now: dict[int, tuple[int, int]] = {}
        self._moved_s = -_REPEAT_S

    @property
    def cores(self) -> tuple[int, ...]:
        """The cores that the last reading told of: those that are online."""
        return tuple(self._now)

    def update(self, stat: bytes, now_s: float) -> None:
        """Take what /proc/stat holds at a monotonic time (s)."""
        times = parse_times(stat)
        if times and times == self._now and now_s - self._moved_s < _REPEAT_S:
            return
        if times != self._now:
            self._moved_s = now_s
        self._before, self._now = self._now, times

    def share(self, cores: Iterable[int]) -> float:
        """Return the busy share of some cores that are online, NaN if it is not known.

        Cores that were offline at the reading before are left out.
        """
        busy = total = 0
        for core in cores:
            if core not in self._now:
                return NOT_KNOWN
            if core in self._before:
                busy_step = self._now[core][0] - self._before[core][0]
                idle_step = self._now[core][1] - self._before[core][1]
                if busy_step < 0 or idle_step < 0:
                    return NOT_KNOWN
                busy += busy_step
                total += busy_step + idle_step
        return busy / total if total > 0 else NOT_KNOWN


def parse_times(stat: bytes) -> dict[int, tuple[int, int]]:
    """Return the busy and idle time (USER_HZ) of each core; nothing if a line is damaged."""
    times = {}
    for line in stat.split(b'\n')[:-1]:  # what follows the last line end is cut off, or nothing
        if line[:3] != b'cpu':
            continue
        name, _, rest = line.partition(b' ')
        if name == b'cpu':  # the sum of all cores
            continue
        counts = to_numbers(rest, largest=_HIGHEST_COUNT)
        if not name[3:].isdigit() or len(name) > 7 or not 4 <= len(counts) <= 10:
            return {}
        # user nice system idle iowait irq softirq steal; user holds the guest time after it.
        idle = sum(counts[3:5])
        times[int(name[3:])] = (sum(counts[:8]) - idle, idle)
    return times
