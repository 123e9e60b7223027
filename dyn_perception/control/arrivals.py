# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When frames arrive, and what that says of the one that is being worked on."""

import math

# Share of a new interval in the mean, and of a new deviation in theirs.
_SHARE = 0.1
# Arrivals are regular if intervals deviate by less than this share of their mean.
_REGULAR_SHARE = 0.1
# After so many intervals without a result the camera may have stopped: nothing is concluded.
_PATIENCE = 4.0


class Arrivals:
    """Follows the arrivals of the frames of one camera by their results.

    Attributes:
        last_s: arrival of the last frame that was finished (-inf: none yet).
        end_s: when the network finished its last frame (-inf: none yet).
        interval_s: mean time between arrivals (NaN: not known yet).
    """

    def __init__(self) -> None:
        """Start without any frame."""
        self.last_s = -math.inf
        self.end_s = -math.inf
        self.interval_s = math.nan
        self._deviation_s = math.inf

    def add(self, arrival_s: float, end_s: float, dropped: int) -> None:
        """Take a finished frame.

        Args:
            arrival_s: when it arrived.
            end_s: when it was finished.
            dropped: frames that arrived since the one before and were not processed.
        """
        interval_s = (arrival_s - self.last_s) / (1 + max(dropped, 0))
        self.last_s, self.end_s = arrival_s, end_s
        if not (math.isfinite(interval_s) and interval_s > 0):
            return
        if math.isnan(self.interval_s) or abs(interval_s / self.interval_s - 1) > 0.5:
            self.interval_s, self._deviation_s = interval_s, 0.5 * interval_s
            return
        deviation_s = abs(interval_s - self.interval_s)
        self.interval_s += _SHARE * (interval_s - self.interval_s)
        self._deviation_s += _SHARE * (deviation_s - self._deviation_s)

    @property
    def are_regular(self) -> bool:
        """Whether the next arrival can be foretold."""
        return self._deviation_s < _REGULAR_SHARE * self.interval_s

    @property
    def next_start_s(self) -> float:
        """When work on the frame after the last one begins or began (-inf: not known)."""
        if math.isnan(self.interval_s):
            return -math.inf
        # One that waited is begun at once.
        return max(self.end_s, self.last_s + self.interval_s)

    def worked_s(self, time_s: float) -> float:
        """Return for how long the present frame must have been worked on (s, 0: not known)."""
        if not self.are_regular or time_s > self.end_s + _PATIENCE * self.interval_s:
            return 0.0
        return max(time_s - self.latest_start_s, 0.0)

    @property
    def latest_start_s(self) -> float:
        """Return `next_start_s` if the frame arrives some deviations later than foretold."""
        return self.next_start_s + 3.0 * self._deviation_s

    @property
    def latest_arrival_s(self) -> float:
        """When the frame after the last one arrives at the latest (inf: not known)."""
        if math.isnan(self.interval_s):
            return math.inf
        return self.last_s + self.interval_s + 3.0 * self._deviation_s
