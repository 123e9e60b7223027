# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which clocks are in force, which are under way, and which the board holds down."""

import math
from collections.abc import Mapping

from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import BoardObservation
from dyn_perception.control.profile_model import CLOCK_TOLERANCE


class Clocks:
    """Follows the limits of the clocks from what was wanted, confirmed and seen.

    Attributes:
        applied: MHz of each knob in force, as far as known.
        wanted: MHz of each knob that the last chosen point sets.
        caps: MHz that a knob does not exceed now, whatever is wanted: the board protects itself
            or somebody else set a lower limit.
        changed_s: when something took effect last (s).
    """

    def __init__(self) -> None:
        """Start without knowing anything."""
        self.applied: dict[str, float] = {}
        self.before: dict[str, float] = {}
        self.wanted: dict[str, float] = {}
        self.caps: dict[str, float] = {}
        self.changed_s = -math.inf
        self.wanted_s = -math.inf

    @property
    def under_way(self) -> bool:
        """Whether a wanted clock is not in force yet, as far as known."""
        return any(
            not _equal(self.applied.get(knob, clock), clock) for knob, clock in self.wanted.items()
        )

    def want(self, point: OperatingPoint, time_s: float) -> None:
        """Take the point that is wanted from now on."""
        wanted = dict(point.clocks)
        if wanted != self.wanted:
            self.wanted = wanted
            self.wanted_s = time_s

    def confirm(self, clocks: Mapping[str, float], time_s: float) -> None:
        """Take what is known to be in force."""
        if any(not _equal(self.applied.get(knob, -1.0), mhz) for knob, mhz in clocks.items()):
            self.before = dict(self.applied)
            self.applied.update(clocks)
            self.changed_s = time_s

    def possible(self, start_s: float) -> list[dict[str, float]]:
        """Return the settings that a frame may have run at whose work began at a time."""
        possible = [{**self.wanted, **self.applied}]
        if self.under_way:
            possible.append({**self.applied, **self.wanted})
        if start_s <= self.changed_s and self.before:
            possible.append({**self.wanted, **self.before})
        return possible

    def observe(self, board: BoardObservation) -> bool:
        """Take a reading; return whether the caps have changed."""
        window_s = board.window_s if math.isfinite(board.window_s) else 0.0
        start_s = board.time_s - window_s
        if self.under_way and board.time_s > self.wanted_s:
            seen = {
                processor.knob: processor.limit_mhz
                for processor in board.processors
                if processor.knob in self.wanted
                and _equal(processor.limit_mhz, self.wanted[processor.knob])
            }
            self.confirm(seen, board.time_s)
        if start_s <= max(self.changed_s, self.wanted_s):
            return False
        caps: dict[str, float] = {}
        for processor in board.processors:
            knob, limit, clock = processor.knob, processor.limit_mhz, processor.clock_mhz
            asked = self.applied.get(knob, self.wanted.get(knob, math.inf))
            if 0 < limit < asked * (1 - CLOCK_TOLERANCE) and math.isfinite(asked):
                caps[knob] = limit
            below = 0 < clock < min(limit, asked) * (1 - CLOCK_TOLERANCE)
            if board.throttled and below and processor.load > 0:
                caps[knob] = min(clock, caps.get(knob, math.inf))
        changed = caps != self.caps
        self.caps = caps
        return changed


def _equal(first: float, second: float) -> bool:
    return abs(first - second) <= CLOCK_TOLERANCE * second
