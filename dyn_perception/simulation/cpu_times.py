# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long the cores of a simulated board were busy, as /proc/stat counts it."""

from collections.abc import Mapping

from dyn_perception.simulation.board_description import BoardDescription

_TICKS_PER_S = 100  # USER_HZ


class CpuTimes:
    """Busy time of the cores; work on a cluster is spread evenly over its cores."""

    def __init__(self, description: BoardDescription) -> None:
        """Start with idle cores."""
        self._cores: dict[int, tuple[str, float]] = {}
        for processor, figures in description.processors.items():
            for place, core in enumerate(figures.cores):
                # Cores count their ticks at different moments, so that their sum is finer.
                self._cores[core] = (processor, place / len(figures.cores))
        self._busy_s = dict.fromkeys(description.processors, 0.0)
        self._time_s = 0.0

    def add(self, duration_s: float, busy: Mapping[str, float]) -> None:
        """Let time pass in which each processor was busy for a share of it."""
        self._time_s += duration_s
        for processor, share in busy.items():
            self._busy_s[processor] += duration_s * min(max(share, 0.0), 1.0)

    def stat(self) -> str:
        """Return the content of /proc/stat."""
        lines = []
        total_user = total_idle = 0
        elapsed = self._time_s * _TICKS_PER_S
        for core in sorted(self._cores):
            processor, offset = self._cores[core]
            busy = self._busy_s[processor] * _TICKS_PER_S
            user = int(busy + offset)
            idle = int(elapsed - busy + offset)
            total_user += user
            total_idle += idle
            lines.append(f'cpu{core} {user} 0 0 {idle} 0 0 0 0 0 0\n')
        lines.insert(0, f'cpu  {total_user} 0 0 {total_idle} 0 0 0 0 0 0\n')
        return ''.join(lines)
