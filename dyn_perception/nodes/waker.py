# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Ends waits of an executor that take longer than they should."""

import os
import select
import threading
import time

from rclpy.executors import Executor


class Waker:
    """Wakes an executor whose wait did not end in time.

    Fast DDS, as built for the wheels of ROS 2, waits until a time of the wall clock. When that is
    set back meanwhile, the wait lasts so much longer, and timers with it. The thread of this class
    waits with `poll`, which knows only durations.
    """

    def __init__(self, executor: Executor, longest_s: float) -> None:
        """Start to watch.

        Args:
            executor: to be woken.
            longest_s: time between two calls of `note` after which its wait is overdue.
        """
        self._executor = executor
        self._longest_s = longest_s
        self._noted_s = time.monotonic()
        self._end, self._ended = os.pipe()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def note(self) -> None:
        """Note that the executor does not wait now."""
        self._noted_s = time.monotonic()

    def close(self) -> None:
        """Stop to watch; the executor still must exist."""
        os.write(self._ended, b'.')
        self._thread.join()
        os.close(self._end)
        os.close(self._ended)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        while not poll.poll(self._longest_s * 1000):
            if time.monotonic() - self._noted_s > self._longest_s:
                self._executor.wake()
