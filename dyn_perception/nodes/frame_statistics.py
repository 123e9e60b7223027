# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts of what happened to frames, for diagnostics."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class FrameCounts:
    """Frames in some time, and the latency of those processed."""

    received: int = 0
    processed: int = 0
    dropped: int = 0  # replaced by a newer frame before work on them began
    refused: int = 0  # not an image that could be read
    failed: int = 0  # an unexpected error while processing
    latency_sum_s: float = 0.0
    latency_maximum_s: float = 0.0


@dataclass
class FrameReport:
    """Counts of the last window and since the start."""

    seconds: float
    window: FrameCounts
    total: FrameCounts
    silence_s: dict[str, float]  # since the last image of each topic arrived, or since the start
    last_refusal: str
    last_failure: str

    @property
    def rate_hz(self) -> float:
        """Frames processed a second."""
        return self.window.processed / self.seconds

    @property
    def latency_mean_s(self) -> float:
        """Mean time from arrival to the published result; NaN where no frame was processed."""
        if not self.window.processed:
            return float('nan')
        return self.window.latency_sum_s / self.window.processed


@dataclass
class FrameStatistics:
    """Counts frames from several threads; `report` closes a window and starts the next."""

    topics: tuple[str, ...]
    last_refusal: str = ''
    last_failure: str = ''
    _window: FrameCounts = field(default_factory=FrameCounts)
    _total: FrameCounts = field(default_factory=FrameCounts)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _window_start: float = field(default_factory=time.monotonic)
    _last_arrivals: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count the silence of every topic from now."""
        self.restart_silence()

    def count_received(self, arrival: float, topic: str) -> None:
        """Count an image of a topic that arrived at a time of the monotonic clock."""
        self._last_arrivals[topic] = arrival
        self._count('received')

    def restart_silence(self) -> None:
        """Count the silence from now, because images were not wanted before."""
        self._last_arrivals = dict.fromkeys(self.topics, time.monotonic())

    def count_processed(self, latency_s: float, dropped: int) -> None:
        """Count a published result, and the frames dropped before it."""
        with self._lock:
            for counts in (self._window, self._total):
                counts.processed += 1
                counts.dropped += dropped
                counts.latency_sum_s += latency_s
                counts.latency_maximum_s = max(counts.latency_maximum_s, latency_s)

    def count_refused(self, reason: str) -> None:
        """Count an image that could not be read."""
        self.last_refusal = reason
        self._count('refused')

    def count_failed(self, reason: str) -> None:
        """Count a frame on which processing broke."""
        self.last_failure = reason
        self._count('failed')

    def report(self) -> FrameReport:
        """Return the counts since the previous report and since the start."""
        now = time.monotonic()
        with self._lock:
            window, self._window = self._window, FrameCounts()
            seconds, self._window_start = now - self._window_start, now
            return FrameReport(
                seconds=max(seconds, 1e-9),
                window=window,
                total=FrameCounts(**vars(self._total)),
                silence_s={topic: now - last for topic, last in self._last_arrivals.items()},
                last_refusal=self.last_refusal,
                last_failure=self.last_failure,
            )

    def _count(self, what: str) -> None:
        with self._lock:
            for counts in (self._window, self._total):
                setattr(counts, what, getattr(counts, what) + 1)
