# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts of what happened to frames, and the state of the node for people, after REP-107."""

import socket
import threading
import time
from dataclasses import dataclass, field

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.timers import create_steady_timer
from dyn_perception.nodes.common.transport import SegmentAdvice
from dyn_perception.nodes.perception.settings import PerceptionSettings


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


SILENCE_S = 5.0  # without an image for so long, something is wrong with the camera or its topic


class PerceptionDiagnostics:
    """Publishes the state of the node on /diagnostics once a second."""

    def __init__(
        self,
        node: ParameterNode[PerceptionSettings],
        topics: tuple[str, ...],
        manifest: Manifest,
    ) -> None:
        """Start to publish; `topics` is where the images come from."""
        self.statistics = FrameStatistics(topics)
        self._node = node
        self._manifest = manifest
        self._hardware_id = socket.gethostname()
        self._advice = SegmentAdvice(node)
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 1)
        create_steady_timer(node, 1.0, self._publish)

    def count_received(self, arrival_s: float, topic: str, size: int) -> None:
        """Count an image of so many bytes that arrived at a time of the monotonic clock."""
        self.statistics.count_received(arrival_s, topic)
        if self._node.settings.image_transport == 'raw':
            self._advice.note_size(size)

    def _publish(self) -> None:
        node, report = self._node, self.statistics.report()
        settings = node.settings
        # REP-107 separates node and subject by a colon; the namespace tells two cameras apart.
        name = node.get_fully_qualified_name().lstrip('/')
        frames = _frame_values(report)
        network = _network_values(settings, self._manifest, report)
        array = DiagnosticArray(
            status=[
                self._status(f'{name}: frames', *self._judge_frames(settings, report), frames),
                self._status(f'{name}: network', *_judge_network(report), network),
            ]
        )
        array.header.stamp = node.get_clock().now().to_msg()
        self._publisher.publish(array)
        raw = settings.enabled and settings.image_transport == 'raw'
        if raw and any(map(node.count_publishers, _silent_topics(report))):
            self._advice.give()  # a camera is there, and nothing of it arrives

    def _judge_frames(
        self, settings: PerceptionSettings, report: FrameReport
    ) -> tuple[bytes, str]:
        if not settings.enabled:
            return DiagnosticStatus.OK, 'disabled: set enabled to true to process frames'
        if refused := report.window.refused:
            return DiagnosticStatus.WARN, f'{refused} images refused: {report.last_refusal}'
        if silent := _silent_topics(report):
            silences = (f'{report.silence_s[topic]:.0f} s on {topic}' for topic in silent)
            return (
                DiagnosticStatus.WARN,
                f'no image for {", ".join(silences)}: check the camera and the remapping',
            )
        return DiagnosticStatus.OK, f'{report.rate_hz:.1f} frames a second'

    def _status(
        self, name: str, level: bytes, message: str, values: dict[str, object]
    ) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=level,
            name=name,
            message=message,
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )


def _silent_topics(report: FrameReport) -> list[str]:
    return [topic for topic, silence_s in report.silence_s.items() if silence_s > SILENCE_S]


def _judge_network(report: FrameReport) -> tuple[bytes, str]:
    if failed := report.window.failed:
        return DiagnosticStatus.ERROR, f'{failed} frames failed: {report.last_failure}'
    return DiagnosticStatus.OK, 'ready'


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
