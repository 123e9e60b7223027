# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the perception node for people, after REP-107."""

import socket

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.frame_statistics import FrameReport, FrameStatistics
from dyn_perception.nodes.parameter_node import ParameterNode
from dyn_perception.nodes.perception_settings import PerceptionSettings
from dyn_perception.nodes.steady_timer import create_steady_timer
from dyn_perception.nodes.transport import SegmentAdvice

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
