# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How a board holds its clocks back to protect itself."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.heat_description import OverCurrent, Trip


def step_at_most(steps_mhz: Sequence[float], clock_mhz: float) -> int:
    """Return the index of the highest step that is not above a clock, at least 0.

    A single-precision number may be a little below the step that it stands for.
    """
    return max(bisect_right(steps_mhz, clock_mhz * (1.0 + 1e-6)) - 1, 0)


class _Guard:
    """What one trip or current limit allows now, as a step index of each processor."""

    def __init__(self, steps: Sequence[Sequence[float]], floors: Mapping[int, float]) -> None:
        self.free = [len(clocks) - 1 for clocks in steps]
        self.floor = {index: step_at_most(steps[index], clock) for index, clock in floors.items()}
        self.allowed = self.free.copy()

    def cap(self, is_active: bool) -> None:
        """Go to the lowest steps, or free all."""
        for index, floor in self.floor.items():
            self.allowed[index] = floor if is_active else self.free[index]

    def move(self, is_active: bool) -> None:
        """Go one step down, or one up."""
        for index, floor in self.floor.items():
            step = self.allowed[index] + (-1 if is_active else 1)
            self.allowed[index] = min(max(step, floor), self.free[index])


class _TripGuard:
    def __init__(self, trip: Trip, guard: _Guard) -> None:
        self.trip = trip
        self.guard = guard
        self.is_active = False
        self.due_s = 0.0

    def step(self, duration_s: float, temperature_c: float) -> bool:
        """Look at the temperature when it is due; return whether the allowed steps changed."""
        self.due_s -= duration_s
        if self.due_s > 1e-9:
            return False
        self.due_s = max(self.due_s + self.trip.period_s, 0.0)
        start = self.trip.temperature_c
        was_active = self.is_active
        self.is_active = temperature_c >= start - (self.trip.hysteresis_c if was_active else 0.0)
        before = self.guard.allowed.copy()
        if self.trip.action == 'cap':
            self.guard.cap(self.is_active)
        # Between the trip and its lower end the clock stays as it is.
        elif temperature_c >= start or not self.is_active:
            self.guard.move(temperature_c >= start)
        return before != self.guard.allowed


class Throttle:
    """All trips and current limits of a board.

    Attributes:
        counts: how often each current limit was passed.
        allowed: highest step of each processor, by index.
    """

    def __init__(self, description: BoardDescription, steps: Sequence[Sequence[float]]) -> None:
        """Allow everything."""
        numbers = {name: index for index, name in enumerate(description.processors)}

        def guard(item: Trip | OverCurrent) -> _Guard:
            return _Guard(steps, {numbers[name]: clock for name, clock in item.clocks_mhz.items()})

        self._trips = [_TripGuard(trip, guard(trip)) for trip in description.heat.trips]
        self._currents = [
            (item, item.limit_a * description.rails[item.rail].voltage_v, guard(item))
            for item in description.over_current
        ]
        self._passed = [False] * len(self._currents)
        self.counts = {item.counter: 0 for item in description.over_current}
        self.free = [len(clocks) - 1 for clocks in steps]
        self.allowed = self.free.copy()

    def step(self, duration_s: float, temperature_c: float, rails: Mapping[str, float]) -> bool:
        """Look at temperature and power of the rails; return whether `allowed` changed."""
        changed = False
        for trip in self._trips:
            changed |= trip.step(duration_s, temperature_c)
        for index, (item, limit_w, guard) in enumerate(self._currents):
            passed = rails[item.rail] > limit_w
            if passed != self._passed[index]:
                self._passed[index] = passed
                self.counts[item.counter] += passed
                guard.cap(passed)
                changed = True
        if changed:
            guards = [trip.guard for trip in self._trips]
            guards += [guard for _, _, guard in self._currents]
            self.allowed = [
                min(steps) for steps in zip(self.free, *(g.allowed for g in guards), strict=True)
            ]
        return changed
