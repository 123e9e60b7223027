# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy says about what it decided: expectation, status, binding goals, reasons."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.choice import Constraints, Predictions, probability_on_time
from dyn_perception.control.estimates import Estimates
from dyn_perception.control.policy import (
    ACCURACY,
    FRAME_RATE,
    POWER,
    TEMPERATURE,
    Decision,
    Goals,
    SlowdownEstimate,
    Status,
)

# Causes of a change beside the goals.
ENERGY, HELD, CATCH_UP = 'energy', 'held', 'catch_up'


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one point now.

    Attributes:
        latency_s: mean of a frame, after one of every other camera (s).
        deviation_s: standard deviation of that (s).
        probability: that a frame is on time.
        power_w: mean power (W).
        cameras: that share the network.
    """

    latency_s: float
    deviation_s: float
    probability: float
    power_w: float
    cameras: int


class Explanation:
    """Puts decisions into numbers and words."""

    def __init__(self, estimates: Estimates) -> None:
        """Explain decisions made with these estimates."""
        self._estimates = estimates
        self._table = estimates.model.table
        self.reason = ''
        self._binding: tuple[str, ...] = ()
        self._binding_of: object = None

    def expectation(self, row: int, goals: Goals) -> Expectation:
        """Return what is expected of a point."""
        estimates = self._estimates
        place = int(self._table.placement_index[row])
        slowdown = estimates.slowdowns[place]
        mean, variance = slowdown.filter.predict(slowdown.states(row))
        deviation = math.sqrt(max(variance, 0.0) + slowdown.filter.noise)
        log_latency = float(estimates.log_latency[row]) + mean
        cameras = estimates.arrivals.count
        latency_s = cameras * math.exp(log_latency)
        share_s = goals.period_s / cameras
        probability = probability_on_time((math.log(share_s) - log_latency) / deviation)
        power_w = estimates.expected_power_w(row)
        return Expectation(latency_s, latency_s * deviation, probability, power_w, cameras)

    def note(
        self, old: int, target: int, asked: int, cause: str, goals: Goals, constraints: Constraints
    ) -> None:
        """Take note of a change, in words.

        Args:
            old: row that was the target until now.
            target: row that is to be reached from now on.
            asked: row that is asked for now, on the way to it.
            cause: a goal, 'energy', 'held' or 'catch_up'.
            goals: what is to be held.
            constraints: what candidates have to meet.
        """
        before, after = self._table.points[old], self._table.points[target]
        was, will = self.expectation(old, goals), self.expectation(target, goals)
        then = f'{after} should take {_latency_text(will, goals)}'
        if cause == FRAME_RATE:
            text = f'{before} would take {_latency_text(was, goals)}; {then}'
        elif cause == POWER:
            text = (
                f'{before} would draw {was.power_w:.2f} W of {goals.power_budget_w:.2f} W; '
                f'{after} should draw {will.power_w:.2f} W'
            )
        elif cause == TEMPERATURE:
            most_w = constraints.thermal_power_w
            text = (
                f'{before} would draw {was.power_w:.2f} W, and at most {most_w:.2f} W keep it '
                f'below {goals.max_temperature_c:.1f} °C; {after} should draw {will.power_w:.2f} W'
            )
        elif cause == ACCURACY:
            text = f'{after.accuracy:.3f} instead of {before.accuracy:.3f} is possible: {then}'
        elif cause == ENERGY:
            text = f'{will.power_w:.2f} W instead of {was.power_w:.2f} W are enough: {then}'
        elif cause == HELD:
            text = f'{before} does not fit what is held or refused; {then}'
        else:
            text = f'{then} once clocks are in force and no frame waits'
        if asked != target:
            text += f'; until then width {self._table.widths[asked]}'
        self.reason = f'{cause}: {text}'

    def decision(
        self,
        row: int,
        changed: bool,
        goals: Goals,
        constraints: Constraints,
        predictions: Predictions,
        rows: NDArray[np.int64],
        gave_way: tuple[str, ...],
        unmet: list[str],
    ) -> Decision:
        """Return the decision for a row with all that is to be said of it."""
        estimates = self._estimates
        expected = self.expectation(row, goals)
        present = row, gave_way, goals
        if present != self._binding_of:
            self._binding_of = present
            self._binding = _binding(row, constraints, predictions, rows, estimates, goals)
        status, text = Status.MET, ''
        if math.isinf(estimates.frame_s):
            status, text = Status.WAITING, 'no frame was seen yet'
        elif gave_way:
            status = Status.INFEASIBLE
            text = f'no operating point meets all goals, given up: {", ".join(gave_way)}'
        elif estimates.late or expected.probability < goals.on_time_probability - 0.05:
            status, text = Status.AT_RISK, f'a frame should take {_latency_text(expected, goals)}'
        known = estimates.model.power_known or math.isfinite(estimates.power.measured_w)
        power_w = expected.power_w if known else math.nan
        return Decision(
            self._table.points[row],
            changed,
            self.reason,
            status,
            text,
            (*self._binding, *(f'held {knob}' for knob in unmet)),
            gave_way,
            expected.latency_s,
            expected.deviation_s,
            expected.probability,
            power_w,
            estimates.thermal.final_c(power_w),
            tuple(
                [
                    _slowdown_of(name, slowdown.filter.mean[0], slowdown.common_deviation)
                    for name, slowdown in zip(
                        self._table.placements, estimates.slowdowns, strict=True
                    )
                ]
            ),
            estimates.overdue_s,
        )


def _slowdown_of(placement: str, log_mean: float, deviation: float) -> SlowdownEstimate:
    mean = math.exp(log_mean)
    return SlowdownEstimate(placement, mean, mean * deviation)


def _binding(
    row: int,
    constraints: Constraints,
    predictions: Predictions,
    rows: NDArray[np.int64],
    estimates: Estimates,
    goals: Goals,
) -> tuple[str, ...]:
    """Return the goals that each keep away some point which is better by the objective."""
    accuracy = estimates.model.accuracy
    if goals.objective == 'accuracy':
        better = predictions.accuracy > accuracy[row]
    else:
        better = predictions.power_w < estimates.expected_power_w(row)
    fails = {
        FRAME_RATE: predictions.score < constraints.score,
        POWER: predictions.power_w > constraints.power_w,
        TEMPERATURE: predictions.power_w > constraints.thermal_power_w,
        ACCURACY: predictions.accuracy < constraints.accuracy,
    }
    names = [name for name, failing in fails.items() if bool((better & failing).any())]
    if better.any() and not names:
        names = [FRAME_RATE]
    if not better.any() and len(rows) < len(accuracy) and goals.objective == 'accuracy':
        names = ['held'] if accuracy.max() > accuracy[row] else []
    return tuple(names)


def _latency_text(expected: Expectation, goals: Goals) -> str:
    turn = f' for a frame of each of {expected.cameras} cameras' if expected.cameras > 1 else ''
    return (
        f'{expected.latency_s * 1e3:.1f} ± {expected.deviation_s * 1e3:.1f} ms of '
        f'{goals.period_s * 1e3:.1f} ms{turn} (on time {expected.probability:.1%})'
    )
