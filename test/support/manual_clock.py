# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A monotonic clock that a test lets pass."""


class ManualClock:
    """Seconds since some moment; they pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, duration_s: float) -> None:
        """Let time pass (s)."""
        self.now_s += duration_s
