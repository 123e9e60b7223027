# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Running the policy on what is observed, once there is enough to judge by."""

from collections.abc import Iterable, Mapping

from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import (
    BoardObservation,
    Decision,
    FrameObservation,
    Goals,
    KnobValue,
)
from dyn_perception.nodes.manager.managed_node import Knob
from dyn_perception.nodes.manager.operating_points import Choice

_BOARD_SILENCE_S = 1.0
_PERIODS = 3.0  # of a slower monitor


class PolicyRunner:
    """Feeds a policy; without a table of operating points there is none, and no decision.

    Attributes:
        decision: what the policy wanted last.
        table: the operating points that it chooses from.
        is_learned: whether these were learned from results, not profiled.
    """

    def __init__(self, goals: Goals) -> None:
        """Start without a policy."""
        self.decision: Decision | None = None
        self.table: OperatingPointTable | None = None
        self.is_learned = False
        self._policy: ManagerPolicy | None = None
        self._goals = goals
        self._board: BoardObservation | None = None
        self._board_period_s = 0.0

    def start(self, choice: Choice, knobs: Mapping[str, KnobValue], time_s: float) -> None:
        """Begin to choose from operating points, with the knobs as they are."""
        table = choice.table
        assert table is not None
        now = [point for point in table.points if point.settings.items() <= knobs.items()]
        same = [point for point in table.points if point.width == knobs.get('width')]
        start = next(iter(now or same), None)
        self._policy = ManagerPolicy(
            table, self._goals, time_s, start, is_profiled=choice.is_profiled
        )
        self._policy.set_applied(knobs, time_s)
        self.table, self.decision = table, None
        self.is_learned = not choice.is_profiled

    def stop(self) -> None:
        """Forget table and policy."""
        self._policy = self.table = self.decision = None
        self.is_learned = False

    def is_foreign(self, placement: str) -> bool:
        """Whether a learned table knows nothing of a placement that a result came from."""
        return (
            self.table is not None and self.is_learned and placement not in self.table.placements
        )

    def set_goals(self, goals: Goals) -> None:
        """Take new goals."""
        self._goals = goals
        if self._policy is not None:
            self._policy.set_goals(goals)

    def observe_frame(self, frame: FrameObservation) -> None:
        """Take a result."""
        if self._policy is not None:
            self._policy.observe_frame(frame)

    def observe_board(self, board: BoardObservation) -> None:
        """Take a reading of the board."""
        if self._board is not None:
            self._board_period_s = board.time_s - self._board.time_s
        self._board = board
        if self._policy is not None:
            self._policy.observe_board(board)

    def board(self, time_s: float) -> BoardObservation | None:
        """Return the newest reading; None where the monitor is silent."""
        limit_s = max(_BOARD_SILENCE_S, _PERIODS * min(self._board_period_s, 10.0))
        if self._board is None or time_s - self._board.time_s > limit_s:
            return None
        return self._board

    def set_knobs(self, knobs: Iterable[Knob], *, clocks_settable: bool, time_s: float) -> None:
        """Take what is in force and what is out of reach: held by a person, or not settable."""
        if self._policy is None or self.table is None:
            return
        known = {knob.name: knob for knob in knobs}
        applied = {
            name: knob.in_force for name, knob in known.items() if knob.in_force is not None
        }
        self._policy.set_applied(applied, time_s)
        held = {name: knob.held for name, knob in known.items() if knob.held is not None}
        for column, name in enumerate(self.table.knobs):
            if name in held or (clocks_settable and name in known):
                continue
            highest = float(max(self.table.clock_mhz[:, column]))
            held[name] = applied.get(name, highest)
        if 'placement' not in known and len(self.table.placements) == 1:
            held['placement'] = self.table.placements[0]
        self._policy.set_held(held)

    def refuse(self, knob: str, value: KnobValue) -> None:
        """Take that a node refused a value."""
        if self._policy is not None:
            self._policy.set_refused(knob, value)

    def forget_refusals(self) -> None:
        """Take that refused values may be tried again."""
        if self._policy is not None:
            self._policy.clear_refused()

    def decide(self, time_s: float) -> Decision | None:
        """Return what the policy wants now; None without a policy."""
        if self._policy is not None:
            self.decision = self._policy.decide(time_s)
        return self.decision
