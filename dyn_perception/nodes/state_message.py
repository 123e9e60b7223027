# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager wants, sees and does, as a message."""

import math

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from dyn_perception.control.observation import BoardObservation
from dyn_perception.control.policy import Decision, KnobValue
from dyn_perception.msg import KnobState, ManagerState, OperatingPoint, Slowdown
from dyn_perception.nodes.achieved import Achieved
from dyn_perception.nodes.knobs.knobs import Knobs
from dyn_perception.nodes.manager_settings import ManagerSettings
from dyn_perception.nodes.manager_standing import Standing

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
