# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the manager for people, after REP-107."""

import socket

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from dyn_perception.control.policy import FRAME_RATE
from dyn_perception.msg import ManagerState
from dyn_perception.nodes.common.timers import create_steady_timer

# A narrower network on purpose is what the manager is for: never an error.
_JUDGEMENTS = {
    ManagerState.STATUS_DISABLED: (DiagnosticStatus.OK, 'disabled'),
    ManagerState.STATUS_WAITING: (DiagnosticStatus.OK, 'waiting'),
    ManagerState.STATUS_MET: (DiagnosticStatus.OK, 'target met'),
    ManagerState.STATUS_AT_RISK: (DiagnosticStatus.OK, 'target at risk'),
    ManagerState.STATUS_INFEASIBLE: (DiagnosticStatus.WARN, 'goals not met'),
    ManagerState.STATUS_STANDBY: (DiagnosticStatus.OK, 'standby'),
}


class ManagerDiagnostics:
    """Publishes the newest state on /diagnostics once a second."""

    def __init__(self, node: Node) -> None:
        """Start to publish."""
        self.problem = ''  # something that a person has to correct
        self.state: ManagerState | None = None
        self._node = node
        self._hardware_id = socket.gethostname()
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 1)
        create_steady_timer(node, 1.0, self._publish)

    def _publish(self) -> None:
        if (state := self.state) is None:
            return
        status = DiagnosticStatus(
            name=f'{self._node.get_fully_qualified_name().lstrip("/")}: target',
            hardware_id=self._hardware_id,
            values=[KeyValue(key=key, value=value) for key, value in _values(state).items()],
        )
        status.level, message = _JUDGEMENTS[state.status]
        narrow = state.status == ManagerState.STATUS_MET and FRAME_RATE in state.binding
        status.message = 'target met at reduced width' if narrow else message
        if refused := [knob for knob in state.knobs if knob.refused]:
            status.level = DiagnosticStatus.WARN
            status.message += f'; {refused[0].parameter} {refused[0].refused}'
        if self.problem:
            status.level = DiagnosticStatus.WARN
            status.message += f'; {self.problem}'
        array = DiagnosticArray(status=[status])
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)


def _values(state: ManagerState) -> dict[str, str]:
    return {
        'Status': state.status_reason,
        'Target (Hz)': f'{state.target_fps:.2f}',
        'Achieved (Hz)': f'{state.achieved_fps:.2f}',
        'Cameras': str(state.cameras),
        'On time (%)': f'{100 * state.on_time_share:.1f}',
        'Width': str(state.operating_point.width),
        'Placement': state.operating_point.placement,
        'Power (W)': f'{state.measured_power_w:.2f}',
        'Temperature (degree Celsius)': f'{state.measured_temperature_c:.1f}',
        'Held': ' '.join(knob.parameter for knob in state.knobs if knob.held),
        'Gave way': ' '.join(state.gave_way),
        'Changes': str(state.changes),
        'Last change': state.change_reason,
    }
