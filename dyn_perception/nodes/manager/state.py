# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager tells: how it stands with the goals, as a message."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from builtin_interfaces.msg import Time
from rclpy.publisher import Publisher
from std_msgs.msg import Header

from dyn_perception.control.policy import BoardObservation, Decision, KnobValue
from dyn_perception.msg import KnobState, ManagerState, OperatingPoint, Slowdown
from dyn_perception.nodes.manager.frame_rate import FrameRate
from dyn_perception.nodes.manager.knobs import Knobs
from dyn_perception.nodes.manager.policy_runner import PolicyRunner
from dyn_perception.nodes.manager.settings import ManagerSettings

MILLISECONDS = 1000.0
_STATE_EVERY_S = 0.4
_NO_BOARD = BoardObservation(time_s=0.0)


@dataclass(frozen=True)
class Preconditions:
    """What has to be so before goals can be judged and held.

    Attributes:
        perception: name of the perception node.
        enabled: whether a person lets the manager act.
        other: manager that is in charge instead; '': none.
        met: whether the perception node answers.
        silence_s: time since its last result.
        is_silent: whether that is too long to judge by.
        sees_board: whether board states come.
        problem: with the profile; '': none.
    """

    perception: str
    enabled: bool
    other: str
    met: bool
    silence_s: float
    is_silent: bool
    sees_board: bool
    problem: str


class StatePublisher:
    """Publishes ~/state at each change, and at least twice a second where it is asked to.

    Attributes:
        newest: the state that was published last; None: none yet.
        problem: something that a person has to correct; '': nothing.
    """

    def __init__(
        self,
        publisher: Publisher,
        now: Callable[[], Time],
        start_id: int,
        frame_rate: FrameRate,
        runner: PolicyRunner,
        knobs: Knobs,
    ) -> None:
        """Take what the state is about.

        Args:
            publisher: of ManagerState.
            now: returns the time for headers.
            start_id: of the node.
            frame_rate: counts the frames.
            runner: has what the policy wants.
            knobs: what is in force.
        """
        self.newest: ManagerState | None = None
        self.problem = ''
        self._publisher = publisher
        self._now = now
        self._start_id = start_id
        self._frame_rate = frame_rate
        self._runner = runner
        self._knobs = knobs
        self._published_s = 0.0
        self._changes = 0
        self._change_reason = ''
        self._change_time = Time()

    def is_due(self) -> bool:
        """Whether it is time for the next state."""
        return time.monotonic() - self._published_s >= _STATE_EVERY_S

    def note_change(self, decision: Decision) -> None:
        """Count a change of the operating point."""
        self._changes += 1
        self._change_reason, self._change_time = decision.reason, self._now()

    def publish(self, settings: ManagerSettings, *, other: str, is_silent: bool) -> None:
        """Publish the state.

        Args:
            settings: of the node.
            other: manager that is in charge instead of this one; '' for none.
            is_silent: whether results are missing for too long to judge by.
        """
        time_s = self._published_s = time.monotonic()
        board, decision = self._runner.board(time_s), self._runner.decision
        found = Preconditions(
            perception=self._knobs.perception.name,
            enabled=settings.enabled,
            other=other,
            met=self._knobs.perception.met,
            silence_s=self._frame_rate.silence_s(time_s),
            is_silent=is_silent,
            sees_board=board is not None,
            problem=self.problem,
        )
        self.newest = self._message(settings, found, decision, board or _NO_BOARD, time_s)
        self._publisher.publish(self.newest)

    def _message(
        self,
        settings: ManagerSettings,
        found: Preconditions,
        decision: Decision | None,
        board: BoardObservation,
        time_s: float,
    ) -> ManagerState:
        rate, period_s = self._frame_rate, 1 / settings.target_fps
        status, reason = goal_status(found, decision)
        message = ManagerState(
            header=Header(stamp=self._now()),
            start_id=self._start_id,
            status=status,
            status_reason=reason,
            dry_run=settings.dry_run,
            objective=settings.objective,
            target_fps=settings.target_fps,
            cameras=rate.cameras(time_s, period_s),
            achieved_fps=rate.fps(time_s, period_s),
            on_time_share=rate.on_time_share(time_s),
            frames=rate.frames,
            late_frames=rate.late,
            knobs=knob_states(self._knobs, decision),
            measured_latency_ms=rate.take_latency_s() * MILLISECONDS,
            measured_power_w=board.power_w,
            power_budget_w=settings.power_budget_w or math.nan,
            measured_temperature_c=board.hottest_c,
            max_temperature_c=settings.max_temperature_c or math.nan,
            min_accuracy=settings.min_accuracy,
            changes=self._changes,
            change_reason=self._change_reason,
            change_time=self._change_time,
        )
        _add_decision(message, decision)
        return message


def goal_status(found: Preconditions, decision: Decision | None) -> tuple[int, str]:
    """Return one of ManagerState.STATUS_*, and why it is that, in words."""
    status, reason = _status(found, decision)
    notes = [reason]
    if found.enabled and not found.other:
        if not found.sees_board:
            notes.append('no board state comes: only width and placement are set')
        notes.append(found.problem)
    return status, '; '.join(filter(None, notes))


def _status(found: Preconditions, decision: Decision | None) -> tuple[int, str]:
    if not found.enabled:
        return ManagerState.STATUS_DISABLED, 'enabled is false: the knobs are left as they are'
    if found.other:
        reason = f'{found.other} is in charge of {found.perception}: this manager does not act'
        return ManagerState.STATUS_STANDBY, reason
    if not found.met:
        return ManagerState.STATUS_WAITING, f'{found.perception} does not answer'
    if found.is_silent:
        since = 'yet' if found.silence_s == float('inf') else f'for {found.silence_s:.1f} s'
        return (
            ManagerState.STATUS_WAITING,
            f'no result of {found.perception} {since}: the last operating point is kept',
        )
    if decision is None:
        return ManagerState.STATUS_WAITING, 'the time of each width is being learned'
    return int(decision.status), decision.status_reason


def knob_states(knobs: Knobs, decision: Decision | None) -> list[KnobState]:
    """Return what is known of every knob; where its node is silent, nothing is known applied."""
    wanted = {**(decision.point.settings if decision else {}), **knobs.wanted()}
    return [
        KnobState(
            node=knobs.owner_name(knob),
            parameter=knob.parameter,
            wanted=_text(wanted.get(knob.name)),
            applied=_text(knob.applied) if knobs.is_met(knob) else '',
            held=knob.held is not None,
            refused='; '.join(f'{_text(value)}: {why}' for value, why in knob.refused.items()),
        )
        for knob in knobs
    ]


def _add_decision(message: ManagerState, decision: Decision | None) -> None:
    if decision is None:
        for name in (
            'expected_latency_ms', 'expected_latency_deviation_ms', 'on_time_probability',
            'expected_power_w', 'predicted_temperature_c',
        ):  # fmt: skip
            setattr(message, name, math.nan)
        return
    point = decision.point
    message.operating_point = OperatingPoint(
        width=point.width, placement=point.placement, expected_accuracy=point.accuracy
    )
    message.expected_latency_ms = decision.expected_latency_s * MILLISECONDS
    message.expected_latency_deviation_ms = decision.latency_deviation_s * MILLISECONDS
    message.on_time_probability = decision.on_time_probability
    message.expected_power_w = decision.expected_power_w
    message.predicted_temperature_c = decision.predicted_temperature_c
    message.slowdowns = [
        Slowdown(placement=entry.placement, mean=entry.mean, deviation=entry.deviation)
        for entry in decision.slowdowns
    ]
    message.binding = list(decision.binding)
    message.gave_way = list(decision.gave_way)


def _text(value: KnobValue | None) -> str:
    if value is None:
        return ''
    return f'{value:g}' if isinstance(value, float) else str(value)
