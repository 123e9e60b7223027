# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How far modelled work has got while clock and load of its processor change."""

import math

from dyn_perception.simulation.conditions import Conditions


class Stretch:
    """Work in groups, one after the other, each of which begins when the one before has ended.

    Attributes:
        end_s: when the last group ended in modelled time.
        busy_s: time that the processor has worked, without that of other programs.
        is_done: whether the present group has ended.
    """

    def __init__(self, start_s: float) -> None:
        """Begin at a time."""
        self.end_s = start_s
        self.busy_s = 0.0
        self.is_done = True
        self._time_s = start_s
        self._fixed_s = self._scaled_s_mhz = 0.0
        self._left = 0.0

    def begin(self, fixed_s: float, scaled_s_mhz: float) -> None:
        """Begin a group that takes fixed_s + scaled_s_mhz / f (s, f in MHz).

        It begins when the one before ended in modelled time; a machine that was late there can
        make up for it here.
        """
        self._fixed_s, self._scaled_s_mhz = fixed_s, scaled_s_mhz
        self._time_s = self.end_s
        self._left = 1.0
        self.is_done = False

    def wait(self, until_s: float) -> None:
        """Do nothing until a time, between two groups."""
        self.end_s = max(self.end_s, until_s)

    def remaining_s(self, conditions: Conditions) -> float:
        """Return how long the group goes on if nothing changes (s)."""
        return self._left * self._whole_s(conditions)

    def advance(self, time_s: float, conditions: Conditions) -> None:
        """Let it work until a time under these conditions, or until its end if that is before."""
        if self.is_done:
            return
        whole_s = self._whole_s(conditions)
        remaining_s = self._left * whole_s
        passed_s = max(time_s - self._time_s, 0.0)
        # What is left below the resolution of the clock is nothing.
        if passed_s >= remaining_s or math.isclose(passed_s, remaining_s, abs_tol=1e-9):
            passed_s = remaining_s
            self.is_done = True
            self._left = 0.0
        else:
            self._left -= passed_s / whole_s
        self.busy_s += passed_s / conditions.slowdown
        self._time_s += passed_s
        self.end_s = self._time_s

    def _whole_s(self, conditions: Conditions) -> float:
        clock_s = self._scaled_s_mhz / conditions.clock_mhz
        return (self._fixed_s + clock_s) * conditions.slowdown * conditions.latency
