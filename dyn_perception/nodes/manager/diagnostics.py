# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The state of the manager for people, after REP-107."""

from dyn_perception.control.policy import FRAME_RATE
from dyn_perception.msg import ManagerState
from dyn_perception.nodes.common.diagnostics import OK, WARN, Subject

# A narrower network on purpose is what the manager is for: never an error.
_JUDGEMENTS = {
    ManagerState.STATUS_DISABLED: (OK, 'disabled'),
    ManagerState.STATUS_WAITING: (OK, 'waiting'),
    ManagerState.STATUS_MET: (OK, 'target met'),
    ManagerState.STATUS_AT_RISK: (OK, 'target at risk'),
    ManagerState.STATUS_INFEASIBLE: (WARN, 'goals not met'),
    ManagerState.STATUS_STANDBY: (OK, 'standby'),
}


def target_subject(state: ManagerState, problem: str) -> Subject:
    """Return how it stands with the target.

    Args:
        state: the newest.
        problem: something that a person has to correct; '': nothing.
    """
    level, message = _JUDGEMENTS[state.status]
    if state.status == ManagerState.STATUS_MET and FRAME_RATE in state.binding:
        message = 'target met at reduced width'
    if refused := [knob for knob in state.knobs if knob.refused]:
        level = WARN
        message += f'; {refused[0].parameter} {refused[0].refused}'
    if problem:
        level = WARN
        message += f'; {problem}'
    return Subject('target', level, message, _values(state))


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
