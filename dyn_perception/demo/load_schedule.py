# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When how much competes with the network."""

CYCLE_S = 24.0
# End of each part of a cycle, as a share of it, and the load in it: 1 is enough for the full width
# to miss the target.
_PARTS = ((0.2, 0), (0.45, 1), (0.65, 0), (0.9, 2), (1.0, 0))


class LoadSchedule:
    """Programs come and go: some, none, twice as many, none.

    In a run of a given time whole cycles fit; without one, a cycle lasts `CYCLE_S` seconds.
    """

    def __init__(self, seconds: float | None) -> None:
        """Plan for the time of the run, if known."""
        cycles = max(1, round(seconds / CYCLE_S)) if seconds else 1
        self._cycle_s = (seconds or CYCLE_S) / cycles

    def level(self, elapsed_s: float) -> int:
        """Return the level of the load at a time since the start: 0, 1 or 2."""
        place = elapsed_s / self._cycle_s % 1.0
        return next(level for end, level in _PARTS if place < end)
