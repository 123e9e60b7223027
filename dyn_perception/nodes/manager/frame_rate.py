# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How many frames come, and how many of them on time."""

import math
from collections import deque
from dataclasses import dataclass, field

from dyn_perception.control.arrivals import ActiveCameras, patience_s

SHARE_WINDOW_S = 10.0


@dataclass
class FrameRate:
    """Counts frames; times are of the monotonic clock.

    Attributes:
        frames: of all cameras so far, dropped ones included.
        late: those that were dropped or later than their target.
        last_s: when the newest result of any camera came; None: never.
    """

    frames: int = 0
    late: int = 0
    last_s: float | None = None
    _cameras: ActiveCameras = field(default_factory=ActiveCameras)
    _recent: deque[tuple[float, int, int, str]] = field(default_factory=deque)
    _latencies_s: list[float] = field(default_factory=list)

    def add(
        self, time_s: float, latency_s: float, dropped: int, period_s: float, camera: str = ''
    ) -> None:
        """Count a result and the frames of its camera that were dropped before it."""
        late = dropped + (not latency_s <= period_s)
        self.frames += 1 + dropped
        self.late += late
        self.last_s = time_s
        self._cameras.see(camera, time_s, period_s)
        self._recent.append((time_s, 1 + dropped, late, camera))
        self._latencies_s.append(latency_s)
        self._forget(time_s, max(SHARE_WINDOW_S, patience_s(period_s)))

    def silence_s(self, time_s: float) -> float:
        """Return for how long no result of any camera came; infinite where none ever did."""
        return math.inf if self.last_s is None else time_s - self.last_s

    def is_silent(self, time_s: float, period_s: float) -> bool:
        """Return whether results are missing for too long to judge by."""
        return self.silence_s(time_s) > patience_s(period_s)

    def cameras(self, time_s: float, period_s: float) -> int:
        """Return how many cameras deliver; 0 where results are missing for too long."""
        return 0 if self.is_silent(time_s, period_s) else len(self._cameras)

    def fps(self, time_s: float, period_s: float) -> float:
        """Return the rate of the camera that has the fewest results (1/s).

        Over the last second, or over three periods where those are longer: a window of one result
        or none says nothing.
        """
        window_s = patience_s(period_s)
        recent = [entry[3] for entry in self._recent if time_s - entry[0] < window_s]
        return min((recent.count(camera) for camera in self._cameras), default=0) / window_s

    def on_time_share(self, time_s: float) -> float:
        """Return the share of all frames on time in the last 10 s; NaN where there were none."""
        recent = [entry for entry in self._recent if time_s - entry[0] < SHARE_WINDOW_S]
        frames = sum(entry[1] for entry in recent)
        return 1 - sum(entry[2] for entry in recent) / frames if frames else math.nan

    def take_latency_s(self) -> float:
        """Return the mean latency since the previous call; NaN where no result came."""
        latencies, self._latencies_s = self._latencies_s, []
        return sum(latencies) / len(latencies) if latencies else math.nan

    def _forget(self, time_s: float, kept_s: float) -> None:
        while self._recent and time_s - self._recent[0][0] >= kept_s:
            self._recent.popleft()
