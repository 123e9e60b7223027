# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of rclpy's executors a node runs in."""

import faulthandler

from rclpy.executors import Executor, SingleThreadedExecutor


def quick_executor() -> Executor:
    """Return the executor that hands messages on at the least cost.

    With it a relay of small images takes the least processor time: doc/benchmarks.md. Older
    releases of rclpy have only the single-threaded and the multi-threaded one. All callbacks of
    the node must be of one callback group.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor()
    was_enabled = faulthandler.is_enabled()
    executor = EventsExecutor()
    if not was_enabled:
        faulthandler.disable()  # the executor switched it on, which is the user's business
    return executor
