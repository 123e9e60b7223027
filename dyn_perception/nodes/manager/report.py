# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager tells: its state, diagnostics and log."""

import time

from std_msgs.msg import Header

from dyn_perception.control.policy import Decision
from dyn_perception.msg import ManagerState
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.manager.diagnostics import ManagerDiagnostics
from dyn_perception.nodes.manager.frame_rate import Achieved
from dyn_perception.nodes.manager.knobs import Knobs
from dyn_perception.nodes.manager.policy_runner import Judgement
from dyn_perception.nodes.manager.settings import ManagerSettings
from dyn_perception.nodes.manager.state import Circumstances, Standing, state_message

_STATE_EVERY_S = 0.4


class ManagerReport:
    """Publishes ~/state at each change and at least twice a second, and /diagnostics."""

    def __init__(self, node: ParameterNode[ManagerSettings], achieved: Achieved) -> None:
        """Create the publishers; `achieved` counts the frames."""
        self._node = node
        self._achieved = achieved
        self._standing = Standing()
        self._states = node.create_publisher(ManagerState, '~/state', 10)
        self._diagnostics = ManagerDiagnostics(node)
        self._published_s = 0.0

    def is_due(self) -> bool:
        """Whether it is time for the next state."""
        return time.monotonic() - self._published_s >= _STATE_EVERY_S

    def note_change(self, decision: Decision) -> None:
        """Count a change of the operating point."""
        self._standing.note_change(decision, self._node.get_clock().now().to_msg())

    def note_problem(self, problem: str) -> None:
        """Take what a person has to correct; '' for nothing."""
        if problem and problem != self._diagnostics.problem:
            self._node.get_logger().warning(problem)
        self._diagnostics.problem = problem

    def publish(self, judgement: Judgement, knobs: Knobs, *, other: str, is_silent: bool) -> None:
        """Publish the state.

        Args:
            judgement: what the policy wants.
            knobs: what is in force.
            other: manager that is in charge instead of this one; '' for none.
            is_silent: whether results are missing for too long to judge by.
        """
        time_s = self._published_s = time.monotonic()
        settings, board = self._node.settings, judgement.board(time_s)
        around = Circumstances(
            perception=knobs.perception.name,
            enabled=settings.enabled,
            other=other,
            met=knobs.perception.met,
            silence_s=self._achieved.silence_s(time_s),
            is_silent=is_silent,
            sees_board=board is not None,
            problem=self._diagnostics.problem,
        )
        self._standing.judge(around, judgement.decision)
        state = state_message(
            Header(stamp=self._node.get_clock().now().to_msg()),
            settings,
            self._standing,
            judgement.decision,
            self._achieved,
            time_s,
            knobs,
            board,
        )
        self._diagnostics.state = state
        self._states.publish(state)
