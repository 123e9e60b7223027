# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How it stands with the goals, and what keeps the manager from holding them."""

from dataclasses import dataclass

from builtin_interfaces.msg import Time

from dyn_perception.control.policy import Decision
from dyn_perception.msg import ManagerState


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
