# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy of the manager: estimate, choose, and change only when it is worth it."""

import math
from collections.abc import Mapping

import numpy as np

from dyn_perception.control import normal
from dyn_perception.control.candidates import fitting, undominated
from dyn_perception.control.choice import Limits, Outlook, choose, meeting
from dyn_perception.control.dwell import WORTHWHILE_SAVING, Dwell
from dyn_perception.control.estimates import STALE_S, Estimates
from dyn_perception.control.goals import FRAME_RATE, POWER, TEMPERATURE, Goals
from dyn_perception.control.observation import BoardObservation, FrameObservation
from dyn_perception.control.operating_point import OperatingPoint
from dyn_perception.control.operating_point_table import OperatingPointTable
from dyn_perception.control.policy import Decision, KnobValue, SlowdownEstimate, Status
from dyn_perception.control.profile_model import CLOCK_TOLERANCE, ProfileModel
from dyn_perception.control.reasons import Expectation, change_reason, latency_text

# Weight of what is not known of the profile in the score of being on time. Below 1: a point that
# is probably good enough is tried, since only trying it tells, and a wrong guess costs few frames.
_DOUBT = 0.5
# A point that is in use is kept until the chance of being late is this many times the wanted one.
_KEEPING_RISK = 3.0
# Share of a limit that is kept free when a point is chosen, not when it is kept.
_POWER_MARGIN = 0.02
# Kept free of the highest temperature (K), and horizon of the prediction (s).
_TEMPERATURE_MARGIN_K = 1.0
_HORIZON_S = 20.0
# A frame that waits longer than this share of the period asks for a faster one after it.
_BACKLOG_SHARE = 0.03


class ManagerPolicy:
    """Holds the goals with the table's points; see doc/manager.md for the equations."""

    def __init__(
        self,
        table: OperatingPointTable,
        goals: Goals,
        time_s: float = 0.0,
        start: OperatingPoint | int | None = None,
    ) -> None:
        """Start from a table.

        Args:
            table: the operating points.
            goals: what is to be held.
            time_s: now.
            start: point in force (None: the most accurate that should do, by the profile).

        Raises:
            ControlError: `start` is not in the table.
        """
        self.table = table
        self._model = ProfileModel(table)
        self._estimates = Estimates(self._model)
        self._goals = goals
        self._held: dict[str, KnobValue] = {}
        self._unmet: list[str] = []
        self._refused: set[tuple[str, KnobValue]] = set()
        self._dwell = Dwell()
        self._reason = ''
        self._rows = np.arange(len(table))
        self._narrow()
        self._time_s = time_s
        self._row = -1
        if start is not None:
            self._row = start if isinstance(start, int) else table.index(start)
            self._want(self._row)
            self._estimates.clocks.confirm(dict(table.points[self._row].clocks), time_s)

    # What is asked

    def set_goals(self, goals: Goals, time_s: float) -> None:
        """Take new goals, in force from the next decision on."""
        self._goals = goals
        self._dwell.forget()

    def set_held(self, held: Mapping[str, KnobValue]) -> None:
        """Take the knobs that a person holds, all of them; only points that fit are chosen."""
        if dict(held) != self._held:
            self._held = dict(held)
            self._narrow()

    def set_refused(self, knob: str, value: KnobValue, time_s: float) -> None:
        """Take that a node refused a value: no point with it is chosen until `clear_refused`."""
        self._refused.add((knob, value))
        self._narrow()

    def clear_refused(self) -> None:
        """Forget what was refused."""
        if self._refused:
            self._refused.clear()
            self._narrow()

    def _narrow(self) -> None:
        fits, self._unmet = fitting(self.table, self._held, self._refused)
        self._rows = undominated(self._model, fits)
        self._accuracy = self._model.accuracy[self._rows]

    # What is seen

    def set_applied(self, settings: Mapping[str, KnobValue], time_s: float) -> None:
        """Take the values of knobs that are in force as last confirmed."""
        clocks = {
            knob: float(value)
            for knob, value in settings.items()
            if knob in self.table.knobs and not isinstance(value, str) and value > 0
        }
        self._estimates.clocks.confirm(clocks, time_s)

    def observe_frame(self, frame: FrameObservation) -> None:
        """Take a result; in order of time."""
        self._estimates.observe_frame(frame, self._goals.period_s)

    def observe_board(self, board: BoardObservation) -> None:
        """Take a reading of the board; in order of time."""
        self._estimates.observe_board(board, max(self._row, 0), self._goals.target_fps)

    # What is chosen

    def decide(self, time_s: float) -> Decision:
        """Choose the operating point for the next frames."""
        self._time_s = max(self._time_s, time_s)
        goals, estimates, rows = self._goals, self._estimates, self._rows
        mean, variance, noise = estimates.log_slowdown(rows)
        self._mean, self._variance, self._noise = mean, variance, noise
        log_needed = estimates.log_latency[rows] + mean
        margin = math.log(goals.period_s) - log_needed - _DOUBT * np.sqrt(variance)
        power_w = estimates.power_w(rows, np.exp(log_needed), goals.target_fps)
        outlook = Outlook(self._accuracy, margin / np.sqrt(noise), power_w)
        thermal_w = estimates.thermal.power_for(
            goals.max_temperature_c - _TEMPERATURE_MARGIN_K, _HORIZON_S
        )
        limits = Limits(
            normal.score_of(goals.on_time_probability),
            goals.power_budget_w * (1 - _POWER_MARGIN),
            thermal_w * (1 - _POWER_MARGIN),
            goals.min_accuracy if self._model.accuracy_known else 0.0,
        )
        chosen, gave_way = choose(outlook, limits, goals)
        if time_s - estimates.board_s > STALE_S:
            chosen = self._with_present_clocks(outlook, limits, chosen)
        position = self._settle_on(outlook, limits, chosen, thermal_w)
        return self._decision(outlook, limits, position, gave_way, thermal_w)

    def _with_present_clocks(self, outlook: Outlook, limits: Limits, chosen: int) -> int:
        """Without readings of the board, leave the clocks alone if that can be."""
        if self._row < 0:
            return chosen
        present = self.table.clock_mhz[self._row]
        clocks = self.table.clock_mhz[self._rows]
        same = (np.isclose(clocks, present, rtol=CLOCK_TOLERANCE, equal_nan=True)).all(axis=1)
        same &= outlook.score >= limits.score
        if not same.any():
            return chosen
        narrowed = Outlook(
            np.where(same, outlook.accuracy, 0.0),
            np.where(same, outlook.score, -np.inf),
            outlook.power_w,
        )
        return choose(narrowed, limits, self._goals)[0]

    def _settle_on(self, outlook: Outlook, limits: Limits, chosen: int, thermal_w: float) -> int:
        """Decide whether to change, and to what; return the position of the point in force."""
        rows, goals = self._rows, self._goals
        place = np.flatnonzero(rows == self._row)
        if not place.size:
            if self._row < 0:
                self._row = int(rows[chosen])
                self._want(self._row)
            else:
                self._change(outlook, chosen, chosen, 'held', thermal_w)
            return chosen
        current = int(place[0])
        bridge = self._bridge(outlook, limits, chosen)
        cause = self._why_not_keep(outlook, limits, current, chosen)
        if bridge != chosen and self._accuracy[bridge] < self._accuracy[current]:
            self._change(outlook, current, bridge, cause or 'catch_up', thermal_w)
            return bridge
        if cause:
            self._change(outlook, current, bridge, cause, thermal_w)
            return bridge
        if bridge != chosen:
            chosen = bridge
        gain = self._accuracy[chosen] - self._accuracy[current]
        saving = 1 - outlook.power_w[chosen] / outlook.power_w[current]
        worth = gain > 1e-6 if goals.objective == 'accuracy' else False
        if chosen == current or not (
            worth
            or (saving > WORTHWHILE_SAVING and gain >= -1e-6)
            or (goals.objective == 'energy' and saving > WORTHWHILE_SAVING)
        ):
            self._dwell.forget()
            return current
        candidate = int(self.table.widths[rows[chosen]]) if worth else -2
        if not self._dwell.allows(candidate, worth, self._time_s, goals.period_s):
            return current
        self._change(outlook, current, chosen, 'accuracy' if worth else 'energy', thermal_w)
        return chosen

    def _why_not_keep(self, outlook: Outlook, limits: Limits, current: int, chosen: int) -> str:
        """Return the goal that the present point fails and the chosen one serves better, or ''."""
        if current == chosen:
            return ''
        risk = min(_KEEPING_RISK * (1 - self._goals.on_time_probability), 0.5)
        keeping = normal.score_of(1 - risk)
        if outlook.score[current] < min(keeping, outlook.score[chosen]):
            return FRAME_RATE
        power_w, better_w = outlook.power_w[current], outlook.power_w[chosen]
        if power_w > limits.thermal_power_w / (1 - _POWER_MARGIN) and better_w < power_w:
            return TEMPERATURE
        if power_w > limits.power_w / (1 - _POWER_MARGIN) and better_w < power_w:
            return POWER
        if self._accuracy[current] < limits.accuracy <= self._accuracy[chosen]:
            return 'accuracy'
        return ''

    def _bridge(self, outlook: Outlook, limits: Limits, chosen: int) -> int:
        """Return a faster width at the chosen clocks for the frames until these are in force.

        Clocks follow after some frames; a frame that has waited has less time left. In both cases
        a smaller width is on time where the chosen one is not.
        """
        estimates, table = self._estimates, self.table
        row = int(self._rows[chosen])
        point = table.points[row]
        period_s = self._goals.period_s
        left_s = period_s - estimates.backlog_s
        slow = any(
            estimates.clocks.applied.get(knob, mhz) < mhz * (1 - CLOCK_TOLERANCE)
            for knob, mhz in point.clocks
        )
        if not slow and estimates.backlog_s < _BACKLOG_SHARE * period_s:
            return chosen
        clocks = {**dict(point.clocks), **estimates.clocks.applied}
        same = table.placement_index[self._rows] == table.placement_index[row]
        same &= np.isclose(
            table.clock_mhz[self._rows], table.clock_mhz[row], rtol=CLOCK_TOLERANCE, equal_nan=True
        ).all(axis=1)
        same &= table.widths[self._rows] <= point.width
        best = chosen
        for position in sorted(np.flatnonzero(same), key=lambda p: -table.widths[self._rows[p]]):
            found = estimates.model.locate(
                int(table.widths[self._rows[position]]), point.placement, clocks
            )
            if found is None:
                continue
            latency_s = found[1] * math.exp(float(self._mean[position]))
            best = int(position)
            slack = math.log(left_s / latency_s) / math.sqrt(float(self._noise[position]))
            if slack >= min(limits.score, 1.6):
                break
        return best

    def _want(self, row: int) -> None:
        self._estimates.clocks.want(self.table.points[row], self._time_s)

    def _change(
        self, outlook: Outlook, current: int, chosen: int, cause: str, thermal_w: float
    ) -> None:
        """Make a candidate the wanted point."""
        row = int(self._rows[chosen])
        if row == self._row:
            return
        before, after = self.table.points[self._row], self.table.points[row]
        self._reason = change_reason(
            cause,
            before,
            after,
            self._expectation(outlook, current),
            self._expectation(outlook, chosen),
            self._goals,
            thermal_w,
        )
        is_step_up = bool(self._model.accuracy[row] > self._model.accuracy[self._row])
        needed = cause in (FRAME_RATE, POWER, TEMPERATURE)
        self._dwell.changed(is_step_up, needed, self._time_s, self._goals.period_s)
        self._row = row
        self._want(row)

    def _expectation(self, outlook: Outlook, position: int) -> Expectation:
        row = int(self._rows[position])
        noise = float(self._noise[position])
        variance = float(self._variance[position]) + noise
        log_latency = float(self._estimates.log_latency[row]) + float(self._mean[position])
        latency_s = math.exp(log_latency)
        deviation = math.sqrt(variance)
        margin = math.log(self._goals.period_s) - log_latency
        return Expectation(
            latency_s,
            latency_s * deviation,
            normal.below(margin / deviation),
            float(outlook.power_w[position]),
        )

    # What is said

    def _decision(
        self,
        outlook: Outlook,
        limits: Limits,
        position: int,
        gave_way: tuple[str, ...],
        thermal_w: float,
    ) -> Decision:
        goals, estimates = self._goals, self._estimates
        expectation = self._expectation(outlook, position)
        point = self.table.points[self._row]
        changed = self._dwell.changed_s == self._time_s
        status, text = Status.MET, ''
        if math.isinf(estimates.frame_s):
            status, text = Status.WAITING, 'no frame was seen yet'
        elif gave_way:
            status, text = Status.INFEASIBLE, f'no point meets all goals: {", ".join(gave_way)}'
        elif estimates.late or outlook.score[position] < limits.score:
            status, text = Status.AT_RISK, latency_text(expectation, goals)
        slowdowns = []
        for name, slowdown in zip(self.table.placements, estimates.slowdowns, strict=True):
            factor = math.exp(float(slowdown.filter.mean[0]))
            spread = float(slowdown.filter.covariance[0, 0]) + slowdown.filter.noise
            slowdowns.append(SlowdownEstimate(name, factor, factor * math.sqrt(max(spread, 0.0))))
        return Decision(
            point=point,
            changed=changed,
            reason=self._reason,
            status=status,
            status_reason=text,
            binding=self._binding(outlook, limits, position),
            gave_way=gave_way,
            expected_latency_s=expectation.latency_s,
            latency_deviation_s=expectation.deviation_s,
            on_time_probability=expectation.probability,
            expected_power_w=expectation.power_w if self._model.power_known else math.nan,
            predicted_temperature_c=estimates.thermal.final_c(expectation.power_w),
            slowdowns=tuple(slowdowns),
        )

    def _binding(self, outlook: Outlook, limits: Limits, position: int) -> tuple[str, ...]:
        return tuple(f'held {knob}' for knob in self._unmet)


__all__ = ['ManagerPolicy', 'meeting']
