# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts of what happened to frames, and the state of the node for people, after REP-107."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.common.diagnostics import ERROR, OK, WARN, DiagnosticsPublisher, Subject
from dyn_perception.nodes.common.transport import SegmentAdvice
from dyn_perception.nodes.perception.settings import PerceptionSettings

SILENCE_S = 5.0  # without an image for so long, something is wrong with the camera or its topic


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
    """Counts frames from several threads; `report` closes a window and starts the next.

    Frames that have no result, whatever became of them, are told of by the next result of their
    topic: see `take_unreported`.
    """

    topics: tuple[str, ...]
    last_refusal: str = ''
    last_failure: str = ''
    _window: FrameCounts = field(default_factory=FrameCounts)
    _total: FrameCounts = field(default_factory=FrameCounts)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _window_start: float = field(default_factory=time.monotonic)
    _last_arrivals: dict[str, float] = field(default_factory=dict)
    _unreported_drops: dict[str, int] = field(default_factory=dict)

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

    def count_dropped(self, topic: str, count: int) -> None:
        """Count frames of a topic that newer ones replaced."""
        if count:
            self._count('dropped', count)
            self.leave_unreported(topic, count)

    def count_processed(self, latency_s: float) -> None:
        """Count a published result."""
        with self._lock:
            for counts in (self._window, self._total):
                counts.processed += 1
                counts.latency_sum_s += latency_s
                counts.latency_maximum_s = max(counts.latency_maximum_s, latency_s)

    def count_refused(self, topic: str, reason: str) -> None:
        """Count an image that could not be read."""
        self.last_refusal = reason
        self._count('refused')
        self.leave_unreported(topic)

    def count_failed(self, reason: str) -> None:
        """Count a frame on which processing broke."""
        self.last_failure = reason
        self._count('failed')

    def leave_unreported(self, topic: str, count: int = 1) -> None:
        """Let the next result of a topic tell of so many more frames; for one thread at a time."""
        self._unreported_drops[topic] = self._unreported_drops.get(topic, 0) + count

    def take_unreported(self, topic: str) -> int:
        """Return how many frames of a topic no result told of yet; that is told from now on."""
        return self._unreported_drops.pop(topic, 0)

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

    def _count(self, what: str, count: int = 1) -> None:
        with self._lock:
            for counts in (self._window, self._total):
                setattr(counts, what, getattr(counts, what) + count)


class PerceptionDiagnostics:
    """Says how it stands with the frames and the network; to be called once a second."""

    def __init__(
        self,
        publisher: DiagnosticsPublisher,
        statistics: FrameStatistics,
        manifest: Manifest,
        settings: Callable[[], PerceptionSettings],
        has_publishers: Callable[[str], bool],
        advice: SegmentAdvice,
    ) -> None:
        """Prepare to publish.

        Args:
            publisher: of the node.
            statistics: counts of its frames.
            manifest: of its network.
            settings: returns its present settings.
            has_publishers: tells whether anybody publishes on a topic.
            advice: what to say where a camera is there and no image arrives.
        """
        self._publisher = publisher
        self._statistics = statistics
        self._manifest = manifest
        self._settings = settings
        self._has_publishers = has_publishers
        self._advice = advice

    def publish(self) -> None:
        """Publish what happened since the last call."""
        settings, report = self._settings(), self._statistics.report()
        network = _network_values(settings, self._manifest, report)
        self._publisher.publish(
            [
                Subject('frames', *_judge_frames(settings, report), _frame_values(report)),
                Subject('network', *_judge_network(report), network),
            ]
        )
        raw = settings.enabled and settings.image_transport == 'raw'
        if raw and any(map(self._has_publishers, _silent_topics(report))):
            self._advice.give()  # a camera is there, and nothing of it arrives


def _silent_topics(report: FrameReport) -> list[str]:
    return [topic for topic, silence_s in report.silence_s.items() if silence_s > SILENCE_S]


def _judge_frames(settings: PerceptionSettings, report: FrameReport) -> tuple[bytes, str]:
    if not settings.enabled:
        return OK, 'disabled: set enabled to true to process frames'
    if refused := report.window.refused:
        return WARN, f'{refused} images refused: {report.last_refusal}'
    if silent := _silent_topics(report):
        silences = (f'{report.silence_s[topic]:.0f} s on {topic}' for topic in silent)
        return WARN, f'no image for {", ".join(silences)}: check the camera and the remapping'
    return OK, f'{report.rate_hz:.1f} frames a second'


def _judge_network(report: FrameReport) -> tuple[bytes, str]:
    if failed := report.window.failed:
        return ERROR, f'{failed} frames failed: {report.last_failure}'
    return OK, 'ready'


def _frame_values(report: FrameReport) -> dict[str, object]:
    return {
        'Rate (Hz)': f'{report.rate_hz:.2f}',
        'Images received (Hz)': f'{report.window.received / report.seconds:.2f}',
        'Latency mean (ms)': f'{report.latency_mean_s * 1000:.2f}',
        'Latency maximum (ms)': f'{report.window.latency_maximum_s * 1000:.2f}',
        'Frames processed': report.total.processed,
        'Frames dropped': report.total.dropped,
        'Images refused': report.total.refused,
        'Last refusal': report.last_refusal,
    }


def _network_values(
    settings: PerceptionSettings, manifest: Manifest, report: FrameReport
) -> dict[str, object]:
    return {
        'Model': manifest.name,
        'Architecture': manifest.architecture,
        'Engine': settings.engine,
        'Width': f'{settings.width} of {manifest.groups}',
        'Placement': settings.placement,
        'Deadline (ms)': f'{settings.deadline_ms:g}',
        'Confidence exit': f'{settings.confidence_exit:g}',
        'Regions': ' x '.join(str(count) for count in settings.regions),
        'Frames failed': report.total.failed,
        'Last failure': report.last_failure,
    }
