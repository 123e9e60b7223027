# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a node says of itself to people, on /diagnostics, after REP-107."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@dataclass(frozen=True)
class Subject:
    """One thing that a node watches, for example its frames.

    Attributes:
        name: in one word.
        level: OK, WARN or ERROR.
        message: how it stands, and what to do where that is not well.
        values: figures behind it, by their names with units.
    """

    name: str
    level: bytes
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


class DiagnosticsPublisher:
    """Publishes the subjects of one node."""

    def __init__(self, node: Node) -> None:
        """Create the publisher of a node."""
        self._clock = node.get_clock()
        # REP-107 separates node and subject by a colon; the namespace tells two robots apart.
        self._node_name = node.get_fully_qualified_name().lstrip('/')
        self._hardware_id = socket.gethostname()
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 1)

    def publish(self, subjects: Sequence[Subject]) -> None:
        """Publish how all subjects stand now."""
        array = DiagnosticArray(status=[self._status(subject) for subject in subjects])
        array.header.stamp = self._clock.now().to_msg()
        self._publisher.publish(array)

    def _status(self, subject: Subject) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=subject.level,
            name=f'{self._node_name}: {subject.name}',
            message=subject.message,
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=str(value)) for key, value in subject.values.items()],
        )
