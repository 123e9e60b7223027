# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which frames are so quick that waking another thread for them takes about as long."""

import math
from collections.abc import Hashable

from dyn_perception.inference.time_estimate import TimeEstimate

_QUICK_S = 0.004
_REST = 1.5
"""Times that a frame takes between two arrivals: more often than that, newer ones would wait in
the middleware, where the replaced ones are not counted."""


class QuickFrames:
    """Learns how long frames take and how often they arrive."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._time = TimeEstimate()
        self._kind: Hashable = None
        self._previous_s = -math.inf

    def arrive(self, time_s: float, kind: Hashable) -> bool:
        """Take that a frame arrives; return whether it is expected to be quick.

        Args:
            time_s: of its arrival (s).
            kind: what frames take alike depends on; nothing is known of a new kind.
        """
        interval_s, self._previous_s = time_s - self._previous_s, time_s
        if kind != self._kind:
            self._kind, self._time = kind, TimeEstimate()
        bound_s = self._time.bound_s
        return 0.0 < bound_s < _QUICK_S and interval_s > _REST * bound_s

    def add(self, seconds: float) -> None:
        """Take how long a frame took (s)."""
        self._time.add(seconds)
