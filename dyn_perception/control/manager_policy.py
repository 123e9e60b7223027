# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy of the manager: estimate, choose, and change only when it is worth it."""

import math
from collections.abc import Mapping
from dataclasses import replace

from dyn_perception.control.choice import (
    Constraints,
    Predictions,
    allowed,
    choose,
    feasible,
    score_for,
    undominated,
)
from dyn_perception.control.estimates import Estimates
from dyn_perception.control.explanation import CATCH_UP, ENERGY, HELD, Explanation
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import (
    ACCURACY,
    FRAME_RATE,
    POWER,
    TEMPERATURE,
    BoardObservation,
    Decision,
    FrameObservation,
    Goals,
    KnobValue,
)
from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.control.transition import WORTHWHILE_SAVING, DelayCompensation, Hysteresis

# A point that is in use is kept until the chance of being late is this many times the wanted one.
_KEEPING_RISK = 3.0
# Deviations of latency that a point is to be faster by once the frame rate has given way.
_CLEARLY = 1.0
# Share of a limit that is kept free when a point is chosen, not when it is kept.
_POWER_MARGIN = 0.02
# Horizon of the prediction of the temperature (s), and what is kept free of its limit (K); then
# both where heat is so scarce that another goal may have to give way.
_FORESIGHT = (10.0, 0.6)
_LAST_RESORT = (3.0, 0.15)
# Kept free beside it on a board that is slow to cool (K): heat stored now lacks in hotter times.
_RESERVE_K = 0.5


class ManagerPolicy:
    """Holds the goals with the table's points; doc/manager.md has the equations."""

    def __init__(
        self,
        table: OperatingPointTable,
        goals: Goals,
        time_s: float = 0.0,
        start: OperatingPoint | int | None = None,
        is_profiled: bool = True,
    ) -> None:
        """Start from a table.

        Args:
            table: the operating points.
            goals: what is to be held.
            time_s: now.
            start: point in force (None: the first choice by the profile).
            is_profiled: whether the table was measured on the board (not: see `prior_table`).

        Raises:
            ControlError: `start` is not in the table.
        """
        self.table = table
        self._model = ProfileModel(table, is_profiled)
        self._estimates = Estimates(self._model)
        self._compensation = DelayCompensation(self._estimates)
        self._explanation = Explanation(self._estimates)
        self._goals = goals
        self._estimates.update_profiled_power(self._fps)
        self._held: dict[str, KnobValue] = {}
        self._refused: set[tuple[str, KnobValue]] = set()
        self._hysteresis = Hysteresis()
        # The point that is to be reached, and the one that is asked for until it is.
        self._target = self._row = -1
        self._narrow()
        self._time_s = time_s
        if start is not None:
            self._aim_at(start if isinstance(start, int) else table.index(start), '')
            self._ask_for(self._target)
            self.set_applied(table.points[self._target].settings, time_s)

    def set_goals(self, goals: Goals) -> None:
        """Take new goals, in force from the next decision on."""
        self._goals = goals
        self._estimates.update_profiled_power(self._fps)
        self._hysteresis.forget()

    @property
    def _fps(self) -> float:
        """Frames of all cameras together (1/s)."""
        return self._goals.target_fps * self._estimates.arrivals.count

    @property
    def _share_s(self) -> float:
        """Time of the network for a frame (s).

        Each period brings a frame of every camera, and in the worst case a frame waits for one of
        every other camera: both ask for cameras * latency <= period.
        """
        return self._goals.period_s / self._estimates.arrivals.count

    def set_held(self, held: Mapping[str, KnobValue]) -> None:
        """Take the knobs that a person holds, all of them; only points that fit are chosen."""
        if dict(held) != self._held:
            self._held = dict(held)
            self._narrow()

    def set_refused(self, knob: str, value: KnobValue) -> None:
        """Take that a node refused a value: no point with it is chosen until `clear_refused`."""
        self._refused.add((knob, value))
        self._narrow()

    def clear_refused(self) -> None:
        """Forget what was refused."""
        if self._refused:
            self._refused.clear()
            self._narrow()

    def _narrow(self) -> None:
        fits, self._unmet = allowed(self.table, self._held, self._refused)
        self._rows = undominated(self._model, fits)
        self._compensation.allow(self._rows)
        self._position = {int(row): position for position, row in enumerate(self._rows)}
        self._accuracy = self._model.accuracy[self._rows]
        self._mark_elsewhere()

    def _mark_elsewhere(self) -> None:
        place = self.table.placement_index
        here = place[self._target] if self._target >= 0 else -1
        self._elsewhere = (place[self._rows] != here) & (here >= 0)

    def set_applied(self, settings: Mapping[str, KnobValue], time_s: float) -> None:
        """Take the values of knobs that are in force as last confirmed."""
        self._estimates.in_force.update(settings)
        clocks = {
            knob: float(value)
            for knob, value in settings.items()
            if knob in self.table.knobs and not isinstance(value, str) and 0.1 < value < 1e6
        }
        self._estimates.clocks.confirm(clocks, time_s)
        self._estimates.expect_result()

    def observe_frame(self, frame: FrameObservation) -> None:
        """Take a result; in order of time."""
        fps = self._fps
        self._estimates.observe_frame(frame, self._goals.period_s)
        if self._fps != fps:
            self._estimates.update_profiled_power(self._fps)
        self._estimates.expect_result()

    def observe_board(self, board: BoardObservation) -> None:
        """Take a reading of the board; in order of time."""
        self._estimates.observe_board(board, max(self._row, 0), self._fps)

    def decide(self, time_s: float) -> Decision:
        """Choose the operating point for the next frames."""
        if math.isfinite(time_s):
            self._time_s = max(self._time_s, time_s)
        goals, estimates = self._goals, self._estimates
        estimates.notice_overdue(self._time_s, self._share_s)
        predictions = self._predictions()
        constraints = self._constraints(predictions)
        chosen, gave_way = choose(predictions, constraints, goals)
        cause = self._why_change(predictions, constraints, chosen, gave_way)
        before, aim = self._row, self._target
        if cause or self._target < 0:
            self._aim_at(int(self._rows[chosen]), cause)
        asked = self._compensation.row(self._target, self._estimates.in_force, self._share_s)
        if asked != self._row:
            self._ask_for(asked)
        if before >= 0 and before != self._row:
            self._explanation.note(aim, self._target, asked, cause or CATCH_UP, goals, constraints)
        return self._explanation.decision(
            self._row,
            self._row != before,
            goals,
            constraints,
            predictions,
            self._rows,
            gave_way,
            self._unmet,
        )

    def _constraints(self, predictions: Predictions) -> Constraints:
        """Return what the candidates have to meet.

        If even the most frugal candidate that is on time ends up too hot, heat is rationed: that
        one is used from now on, so that frames are on time for as long as can be.
        """
        goals, thermal = self._goals, self._estimates.thermal
        constraints = Constraints(
            score_for(goals.on_time_probability) + self._estimates.extra_score,
            goals.power_budget_w * (1 - _POWER_MARGIN),
            math.inf,
            goals.min_accuracy if self._model.accuracy_known else 0.0,
        )
        limit_c = goals.max_temperature_c
        if math.isinf(limit_c) or math.isnan(thermal.temperature_c):
            return constraints
        horizon_s, margin_k = _FORESIGHT
        margin_k += _RESERVE_K * thermal.inertia(horizon_s)
        cap_w = thermal.power_for(limit_c - margin_k, horizon_s)
        on_time = feasible(predictions, constraints)
        least_w = float(predictions.power_w[on_time].min()) if on_time.any() else 0.0
        if least_w > cap_w or thermal.final_c(least_w) > limit_c - margin_k:
            horizon_s, margin_k = _LAST_RESORT
            cap_w = thermal.power_for(limit_c - margin_k, horizon_s)
            cap_w = min(cap_w, least_w * (1 + _POWER_MARGIN))
        return replace(constraints, thermal_power_w=cap_w)

    def _predictions(self) -> Predictions:
        """Return what is expected of the candidates."""
        estimates, rows = self._estimates, self._rows
        needed, deviation = estimates.log_needed(rows)
        score = (math.log(self._share_s) - needed) / deviation
        power_w = estimates.power_w(rows)
        return Predictions(self._accuracy, score, power_w, self._elsewhere)

    def _why_change(
        self,
        predictions: Predictions,
        constraints: Constraints,
        chosen: int,
        gave_way: tuple[str, ...],
    ) -> str:
        """Return the cause for which the target is to be changed now, '' to keep it."""
        if self._target < 0:
            return ''
        current = self._position.get(self._target, -1)
        if current < 0:
            return HELD
        cause = self._why_not_keep(predictions, constraints, current, chosen, gave_way)
        if cause or current == chosen:
            if current == chosen:
                self._hysteresis.forget()
            return cause
        gain = float(self._accuracy[chosen] - self._accuracy[current])
        saving = 1 - float(predictions.power_w[chosen] / predictions.power_w[current])
        if self._goals.objective == 'accuracy' and gain > 0:
            cause, sight = ACCURACY, int(self.table.widths[self._rows[chosen]])
        elif saving > WORTHWHILE_SAVING:
            cause, sight = ENERGY, -2
        else:
            self._hysteresis.forget()
            return ''
        period_s = self._goals.period_s
        allows = self._hysteresis.allows(sight, cause == ACCURACY, self._time_s, period_s)
        return cause if allows else ''

    def _why_not_keep(
        self,
        predictions: Predictions,
        constraints: Constraints,
        current: int,
        chosen: int,
        gave_way: tuple[str, ...],
    ) -> str:
        """Return the goal that the target fails and the chosen one serves better, or ''."""
        if current == chosen:
            return ''
        risk = min(_KEEPING_RISK * (1 - self._goals.on_time_probability), 0.5)
        keeping = score_for(1 - risk)
        # Once the frame rate has given way, only a clearly faster point is worth a change for it.
        better = predictions.score[chosen] - (_CLEARLY if FRAME_RATE in gave_way else 0.0)
        if predictions.score[current] < min(keeping, better):
            return FRAME_RATE
        power_w, better_w = predictions.power_w[current], predictions.power_w[chosen]
        if power_w > constraints.thermal_power_w * (1 + _POWER_MARGIN) and better_w < power_w:
            return TEMPERATURE
        if power_w > constraints.power_w / (1 - _POWER_MARGIN) and better_w < power_w:
            return POWER
        if self._accuracy[current] < constraints.accuracy <= self._accuracy[chosen]:
            return ACCURACY
        return ''

    def _aim_at(self, row: int, cause: str) -> None:
        """Make a row the target."""
        if self._target >= 0:
            accuracy = self._model.accuracy
            is_step_up = bool(accuracy[row] > accuracy[self._target])
            was_needed = cause in (FRAME_RATE, POWER, TEMPERATURE)
            self._hysteresis.changed(is_step_up, was_needed, self._time_s, self._goals.period_s)
        self._target = row
        self._mark_elsewhere()

    def _ask_for(self, row: int) -> None:
        """Make a row the one that is asked for."""
        self._row = row
        self._estimates.wanted = self.table.points[row]
        self._estimates.clocks.want(self.table.points[row], self._time_s)
        self._estimates.expect_result()
