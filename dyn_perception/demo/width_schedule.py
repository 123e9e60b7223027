# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When the demo sets which width."""

CYCLE_S = 20.0


class WidthSchedule:
    """All groups, one fewer at a time down to one, and back, each width for as long in total.

    In a run of a given time whole cycles fit; without one, a cycle lasts `CYCLE_S` seconds.
    """

    def __init__(self, groups: int, seconds: float | None) -> None:
        """Plan for a network of so many groups and, if known, the time of the run."""
        cycles = max(1, round(seconds / CYCLE_S)) if seconds else 1
        # Down and up again, so the turning points are shown for two steps on end.
        self._widths: tuple[int, ...] = (*range(groups, 0, -1), *range(1, groups + 1))
        self._step_s = (seconds or CYCLE_S) / cycles / len(self._widths)

    def width(self, elapsed_s: float) -> int:
        """Return the width to be set at a time since the first frame."""
        return self._widths[int(elapsed_s / self._step_s) % len(self._widths)]
