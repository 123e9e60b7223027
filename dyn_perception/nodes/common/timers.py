# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Timers that neither simulated time nor a jump of the wall clock stops or hurries."""

import math
import time
from collections.abc import Callable

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.timer import Timer


def create_steady_timer(node: Node, period_s: float, callback: Callable[[], None]) -> Timer:
    """Create a timer of a node on the steady clock."""
    return node.create_timer(period_s, callback, clock=Clock(clock_type=ClockType.STEADY_TIME))


_SHORTEST_S = 0.001


class OneShotTimer:
    """Calls a function once, at the time last asked for, on the monotonic clock."""

    def __init__(self, node: Node, function: Callable[[], None]) -> None:
        """Prepare the call; it waits for `ask`."""
        self._function = function
        self._timer = create_steady_timer(node, 1.0, self._call)
        self._timer.cancel()

    def ask(self, time_s: float) -> None:
        """Call at this time of `time.monotonic` (s, inf: not at all) instead of any before."""
        if math.isinf(time_s):
            self._timer.cancel()
            return
        wait_s = max(_SHORTEST_S, time_s - time.monotonic())
        self._timer.timer_period_ns = round(wait_s * 1e9)
        self._timer.reset()

    def _call(self) -> None:
        self._timer.cancel()  # before the function, which may ask again
        self._function()
