# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Timers that neither simulated time nor a jump of the wall clock stops or hurries."""

from collections.abc import Callable

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.timer import Timer


def create_steady_timer(node: Node, period_s: float, callback: Callable[[], None]) -> Timer:
    """Create a timer of a node on the steady clock."""
    return node.create_timer(period_s, callback, clock=Clock(clock_type=ClockType.STEADY_TIME))
