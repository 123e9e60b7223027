# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager node: holds the frame rate and the limits that were asked for."""

import time

from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile

from dyn_perception.control.board_readings import observe
from dyn_perception.control.policy import KnobValue
from dyn_perception.msg import (
    BoardState,
    ClassLabels,
    ManagerState,
    PerceptionResult,
)
from dyn_perception.nodes.common.diagnostics import DiagnosticsPublisher
from dyn_perception.nodes.common.execution import run_node
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.common.timers import OneShotTimer, create_steady_timer
from dyn_perception.nodes.manager.claim import ClaimArbiter
from dyn_perception.nodes.manager.diagnostics import target_subject
from dyn_perception.nodes.manager.frame_rate import FrameRate
from dyn_perception.nodes.manager.knobs import Knobs
from dyn_perception.nodes.manager.observations import (
    ProcessorsOfResults,
    frame_observation,
)
from dyn_perception.nodes.manager.operating_points import OperatingPoints
from dyn_perception.nodes.manager.policy_runner import PolicyRunner
from dyn_perception.nodes.manager.settings import ManagerSettings, deadline, goals
from dyn_perception.nodes.manager.state import StatePublisher
from dyn_perception.profiling.errors import ProfileError

USER_ERRORS = (ParameterError, ProfileError)
_TICK_S = 0.05
_DIAGNOSTICS_S = 1.0
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class ManagerNode(ParameterNode[ManagerSettings]):
    """Sets width and placement of the perception node and clocks of the resource monitor.

    All times and timers are of the monotonic clock: a jump of the wall clock changes time stamps.
    """

    def __init__(self) -> None:
        """Look for the nodes and start; raises one of `USER_ERRORS`."""
        super().__init__('manager', ManagerSettings)
        self.declare_table()
        self._points = OperatingPoints(self.settings.profile)
        perception, monitor = (
            self.resolve_service_name(name)
            for name in (self.settings.perception_node, self.settings.resource_monitor_node)
        )
        self._frame_rate = FrameRate()
        self._runner = PolicyRunner(goals(self.settings))
        self._labels: ClassLabels | None = None
        self._processors = ProcessorsOfResults()
        self._other = ''  # manager that is in charge instead of this one
        self._knobs = Knobs(self, perception, monitor, self)
        self._claim = ClaimArbiter(self, self.start_id, perception)
        self._state = StatePublisher(
            self.create_publisher(ManagerState, '~/state', 10),
            lambda: self.get_clock().now().to_msg(),
            self.start_id,
            self._frame_rate,
            self._runner,
            self._knobs,
        )
        self._diagnostics = DiagnosticsPublisher(self)
        self._overdue = OneShotTimer(self, self._decide)
        self.create_subscription(PerceptionResult, f'{perception}/result', self._take_result, 10)
        self.create_subscription(ClassLabels, f'{perception}/labels', self._take_labels, _LATCHED)
        self.create_subscription(BoardState, 'board_state', self._take_board, 1)
        create_steady_timer(self, _TICK_S, self._tick)
        create_steady_timer(self, _DIAGNOSTICS_S, self._publish_diagnostics)
        self.warn_of_unknown_parameters()
        self.apply_settings(self.settings)
        wanted = f'holds {self.settings.target_fps:g} frames a second'
        self.get_logger().info(wanted if self.settings.enabled else 'waits: enabled is false')

    def apply_settings(self, previous: ManagerSettings) -> None:
        """Take new goals."""
        self._deadline = deadline(self.settings)
        self._runner.set_goals(goals(self.settings))
        self._claim.want(self.settings.enabled and not self.settings.dry_run)
        self._act_or_not()
        self._decide()
        self._publish()

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> SetParametersResult:
        """Set all parameters or none; `release` acts and reads back empty."""
        released = [item for item in parameter_list if item.name == 'release' and item.value]
        for item in released:
            if reason := self._knobs.refuse_release(item.value):
                return SetParametersResult(successful=False, reason=reason)
        empty = Parameter('release', value='')
        kept = [empty if item in released else item for item in parameter_list]
        result = super().set_parameters_atomically(kept)
        for item in released if result.successful else ():
            self._knobs.release(item.value)
        return result

    def close(self) -> None:
        """Put back what was found."""
        executor, was_acting = self.executor, self._knobs.acting
        self._claim.want(False)  # or the next tick would act again while this waits for answers
        if was_acting and executor is not None:
            self._knobs.put_back(lambda: executor.spin_once(timeout_sec=_TICK_S))

    def perception_met(self) -> None:
        """Find operating points for the network that runs now."""
        self._forget_points()
        self._find_points()

    def knobs_changed(self) -> None:
        """Tell the policy what is in force and what is out of reach."""
        settable = bool(self._settable())
        self._runner.set_knobs(self._knobs, clocks_settable=settable, time_s=time.monotonic())

    def knob_refused(self, knob: str, value: KnobValue, reason: str) -> None:
        """Do not try a value again."""
        self.get_logger().warning(f'{knob} {value} was refused: {reason}')
        self._runner.refuse(knob, value)

    def refusals_forgotten(self) -> None:
        """Try refused values again."""
        self._runner.forget_refusals()

    def _take_labels(self, labels: ClassLabels) -> None:
        self._see_perception(labels.start_id)
        self._labels = labels
        self._find_points()

    def _take_board(self, message: BoardState) -> None:
        if message.node == self._knobs.monitor.name:  # others may read the board, too
            self._knobs.monitor.see_start(message.start_id)
        self._processors.take_clusters(message.clusters)
        self._runner.observe_board(observe(message, time.monotonic()))
        self._decide()

    def _take_result(self, message: PerceptionResult) -> None:
        time_s = time.monotonic()
        self._see_perception(message.start_id)
        frame = frame_observation(message, time_s, self._processors)
        period_s = 1 / self.settings.target_fps
        self._frame_rate.add(time_s, frame.latency_s, frame.dropped, period_s, frame.camera)
        if self._runner.is_foreign(frame.placement):
            self._forget_points()
        self._knobs.see_width(frame.width)
        self._runner.observe_frame(frame)
        if self._runner.table is None:
            self._points.learn(message)
            self._find_points()
        self._decide()

    def _see_perception(self, start_id: int) -> None:
        if self._knobs.perception.see_start(start_id):
            self._labels = None  # it may run another network
            self._forget_points()

    def _forget_points(self) -> None:
        self._points.forget_results()
        self._runner.stop()

    def _find_points(self) -> None:
        """Start the policy once the network is known, and its operating points."""
        if self._labels is None or not self._knobs.perception.met:
            return
        facts, board = self._knobs.perception.facts, self._runner.board(time.monotonic())
        processors = board.processors if board else ()
        choice = self._points.choose(self._labels, facts, processors, self._settable())
        if choice.problem and choice.problem != self._state.problem:
            self.get_logger().warning(choice.problem)
        self._state.problem = choice.problem
        if choice.table is not None and self._runner.table is not choice.table:
            self._runner.start(choice, self._knobs.in_force(), time.monotonic())
            self.knobs_changed()

    def _settable(self) -> set[str]:
        sees = self._knobs.monitor.met and self._runner.board(time.monotonic())
        return set(self._knobs.monitor.knobs) if sees else set()

    def _tick(self) -> None:
        self._knobs.tick()
        self._act_or_not()
        self.knobs_changed()
        if self._runner.is_learned and self._points.lack(self._settable()):
            self._find_points()
        if self._state.is_due():
            self._publish()

    def _act_or_not(self) -> None:
        acting, self._other = self._claim.is_held(), self._claim.other
        if acting == self._knobs.acting:
            return
        if acting:
            self._knobs.acting = True
        elif self._other:
            self._knobs.step_aside()
        else:
            self._knobs.stop_acting()
        self._publish()

    def _is_silent(self) -> bool:
        return self._frame_rate.is_silent(time.monotonic(), 1 / self.settings.target_fps)

    def _decide(self) -> None:
        if self._is_silent():
            return  # the last operating point is kept
        decision = self._runner.decide(time.monotonic())
        if decision is None:
            return
        self._overdue.ask(decision.ask_again_s)
        if self._knobs.acting:
            self._knobs.want({**decision.point.settings, **self._deadline})
        if decision.changed:
            self._state.note_change(decision)
            self._publish()

    def _publish(self) -> None:
        other = '' if self.settings.dry_run else self._other
        self._state.publish(self.settings, other=other, is_silent=self._is_silent())

    def _publish_diagnostics(self) -> None:
        if (state := self._state.newest) is not None:
            self._diagnostics.publish([target_subject(state, self._state.problem)])


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node('manager', ManagerNode, USER_ERRORS, arguments)
