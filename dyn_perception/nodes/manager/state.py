# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager tells: how it stands with the goals, as a message."""

import math
from dataclasses import dataclass

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from dyn_perception.control.policy import BoardObservation, Decision, KnobValue
from dyn_perception.msg import KnobState, ManagerState, OperatingPoint, Slowdown
from dyn_perception.nodes.manager.frame_rate import Achieved
from dyn_perception.nodes.manager.knobs import Knobs
from dyn_perception.nodes.manager.settings import ManagerSettings


@dataclass(frozen=True)
class Circumstances:
    """What the manager finds around it.

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


@dataclass
class Standing:
    """What the state message says beside figures.

    Attributes:
        status: one of ManagerState.STATUS_*.
        reason: of the status.
        changes: of the operating point so far.
        change_reason: of the last one.
        change_time: when that was made.
    """

    status: int = ManagerState.STATUS_WAITING
    reason: str = ''
    changes: int = 0
    change_reason: str = ''
    change_time: Time | None = None

    def note_change(self, decision: Decision, stamp: Time) -> None:
        """Count a change of the operating point."""
        self.changes += 1
        self.change_reason, self.change_time = decision.reason, stamp

    def judge(self, around: Circumstances, decision: Decision | None) -> None:
        """Find status and reason anew."""
        self.status, reason = _judge(around, decision)
        notes = [reason]
        if around.enabled and not around.other:
            if not around.sees_board:
                notes.append('no board state comes: only width and placement are set')
            notes.append(around.problem)
        self.reason = '; '.join(filter(None, notes))


def _judge(around: Circumstances, decision: Decision | None) -> tuple[int, str]:
    if not around.enabled:
        return ManagerState.STATUS_DISABLED, 'enabled is false: the knobs are left as they are'
    if around.other:
        reason = f'{around.other} is in charge of {around.perception}: this manager does not act'
        return ManagerState.STATUS_STANDBY, reason
    if not around.met:
        return ManagerState.STATUS_WAITING, f'{around.perception} does not answer'
    if around.is_silent:
        since = 'yet' if around.silence_s == float('inf') else f'for {around.silence_s:.1f} s'
        return (
            ManagerState.STATUS_WAITING,
            f'no result of {around.perception} {since}: the last operating point is kept',
        )
    if decision is None:
        return ManagerState.STATUS_WAITING, 'the time of each width is being learned'
    return int(decision.status), decision.status_reason


MILLISECONDS = 1000.0
_NOTHING = BoardObservation(time_s=0.0)


def state_message(
    header: Header,
    settings: ManagerSettings,
    standing: Standing,
    decision: Decision | None,
    achieved: Achieved,
    time_s: float,
    knobs: Knobs,
    board: BoardObservation | None,
) -> ManagerState:
    """Return the message; `time_s` is now, `board` the newest reading unless that is old."""
    board = board or _NOTHING
    message = ManagerState(
        header=header,
        status=standing.status,
        status_reason=standing.reason,
        dry_run=settings.dry_run,
        objective=settings.objective,
        target_fps=settings.target_fps,
        cameras=achieved.cameras(time_s, 1 / settings.target_fps),
        achieved_fps=achieved.fps(time_s, 1 / settings.target_fps),
        on_time_share=achieved.on_time_share(time_s),
        frames=achieved.frames,
        late_frames=achieved.late,
        knobs=knob_states(knobs, decision),
        measured_latency_ms=achieved.take_latency_s() * MILLISECONDS,
        measured_power_w=board.power_w,
        power_budget_w=settings.power_budget_w or math.nan,
        measured_temperature_c=board.hottest_c,
        max_temperature_c=settings.max_temperature_c or math.nan,
        min_accuracy=settings.min_accuracy,
        changes=standing.changes,
        change_reason=standing.change_reason,
        change_time=standing.change_time or Time(),
    )
    _add_decision(message, decision)
    return message


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
