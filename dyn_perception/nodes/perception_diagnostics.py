# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the perception node for people, after REP-107."""

import socket

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.frame_statistics import FrameReport, FrameStatistics
from dyn_perception.nodes.parameter_node import ParameterNode
from dyn_perception.nodes.perception_settings import PerceptionSettings
from dyn_perception.nodes.transport import SegmentAdvice

SILENCE_S = 5.0  # without an image for so long, something is wrong with the camera or its topic


class PerceptionDiagnostics:
    """Publishes the state of the node on /diagnostics once a second."""

    def __init__(
        self, node: ParameterNode[PerceptionSettings], topic: str, manifest: Manifest
    ) -> None:
        """Start to publish; `topic` is where the images come from."""
        self.statistics = FrameStatistics()
        self._node = node
        self._topic = topic
        self._manifest = manifest
        self._hardware_id = socket.gethostname()
        self._advice = SegmentAdvice(node)
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 1)
        node.create_timer(1.0, self._publish)

    def count_received(self, arrival_s: float, size: int) -> None:
        """Count an image of so many bytes that arrived at a time of the monotonic clock."""
        self.statistics.count_received(arrival_s)
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
        silent = settings.enabled and report.silence_s > SILENCE_S
        if silent and settings.image_transport == 'raw' and node.count_publishers(self._topic):
            self._advice.give()

    def _judge_frames(
        self, settings: PerceptionSettings, report: FrameReport
    ) -> tuple[bytes, str]:
        if not settings.enabled:
            return DiagnosticStatus.OK, 'disabled: set enabled to true to process frames'
        if refused := report.window.refused:
            return DiagnosticStatus.WARN, f'{refused} images refused: {report.last_refusal}'
        if report.silence_s > SILENCE_S:
            return (
                DiagnosticStatus.WARN,
                f'no image for {report.silence_s:.0f} s on {self._topic}: '
                'check the camera and the remapping',
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
        'Regions': ' x '.join(str(count) for count in settings.regions),
        'Frames failed': report.total.failed,
        'Last failure': report.last_failure,
    }
