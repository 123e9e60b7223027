# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How what a policy wants becomes what is in force, in the order that the manager node keeps.

A width counts from the next frame that is begun; placement and clocks count one to three frames
after they were asked for. Up: clocks and placement first, and the width when they are in force.
Down: the width first. One set of placement and clocks is under way at a time.
"""

import random
from collections.abc import Callable

from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import KnobValue

# One call of a node's parameter service: a frame that is begun sooner has the old width.
WIDTH_DELAY_S = 0.002
DELAY_FRAMES = (1, 3)


class Actuation:
    """Width, placement and clock limits of a run.

    Attributes:
        width: in force for frames that are begun now.
        placement: likewise.
        wanted: what the policy wants.
        switches: how often that changed.
    """

    def __init__(
        self, start: OperatingPoint, seed: int, set_limits: Callable[[OperatingPoint], None]
    ) -> None:
        """Start with everything in force.

        Args:
            start: the first operating point.
            seed: of the delays.
            set_limits: sets the clock limits of a point on the board.
        """
        self.wanted = start
        self.width = start.width
        self.placement = start.placement
        self.switches = 0
        self._set_limits = set_limits
        self._delays = random.Random(f'actuation {seed}')
        self._in_force = start  # its placement and clocks
        self._under_way: OperatingPoint | None = None
        self._due_frame = -1
        self._width_due_s = -1.0
        self._next_width = start.width
        set_limits(start)

    def want(self, point: OperatingPoint, time_s: float, frame: int) -> None:
        """Take a decision.

        Args:
            point: what the policy wants.
            time_s: now.
            frame: number of the newest frame.
        """
        if point is self.wanted:
            return
        self.wanted = point
        self.switches += 1
        self._move(time_s, frame)

    def arrive(self, time_s: float, frame: int) -> dict[str, KnobValue] | None:
        """Put placement and clocks in force that are due when a frame arrives.

        Returns:
            What is in force from now on that was not before, to be told to the policy; None:
            nothing.
        """
        if self._under_way is None or frame < self._due_frame:
            return None
        point, self._under_way = self._under_way, None
        self._in_force = point
        self.placement = point.placement
        self._set_limits(point)
        self._move(time_s, frame)
        return {'placement': point.placement, **dict(point.clocks)}

    def begin(self, time_s: float) -> dict[str, KnobValue] | None:
        """Put the width in force that is due when a frame is begun; returns as `arrive`."""
        if self._next_width == self.width or time_s < self._width_due_s:
            return None
        self.width = self._next_width
        return {'width': self.width}

    def _move(self, time_s: float, frame: int) -> None:
        wanted, there = self.wanted, self._in_force
        is_there = wanted.placement == there.placement and wanted.clocks == there.clocks
        may_raise = is_there and self._under_way is None
        if wanted.width < self._next_width or (may_raise and wanted.width > self._next_width):
            self._next_width = wanted.width
            self._width_due_s = time_s + WIDTH_DELAY_S
        if not is_there and self._under_way is None:
            self._under_way = wanted
            self._due_frame = frame + self._delays.randint(*DELAY_FRAMES)
