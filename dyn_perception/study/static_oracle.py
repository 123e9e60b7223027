# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The best operating point for a trace, of those that never change."""

import numpy as np

from dyn_perception.study.expectation import ENERGY_ON_TIME
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.policies.static import StaticPolicy
from dyn_perception.study.spans import make_spans

# So many of the best by expectation are simulated, of different width or placement.
CANDIDATES = 3
# Where heat may forbid them, so many more that draw less.
FRUGAL = 4


def best_static_row(experiment: Experiment) -> int:
    """Return the row that serves the objective best and keeps the limits over the whole run.

    Expectation decides which rows are simulated, noise and all.
    """
    true, goals = experiment.true, experiment.timeline.phases[0].goals
    spans = make_spans(true, experiment.timeline)
    frames = np.array([span.end - span.first for span in spans], dtype=float)
    accuracy = frames @ np.array([span.expectation.accuracy for span in spans]) / frames.sum()
    over_power = np.any(
        [s.expectation.power_w > s.phase.goals.power_budget_w for s in spans], axis=0
    )
    power_w = np.max([span.expectation.power_w for span in spans], axis=0)
    expected = np.where(over_power, -1.0, accuracy) - 1e-6 * power_w
    if goals.objective == 'energy':
        on_time = np.min([span.expectation.on_time for span in spans], axis=0)
        good = (true.setting.table.accuracy >= goals.min_accuracy) & (on_time >= ENERGY_ON_TIME)
        if (good & ~over_power).any():
            expected = np.where(good & ~over_power, -power_w, -np.inf)
    order = [int(row) for row in np.argsort(-expected, kind='stable')]
    chosen: dict[tuple[int, str], int] = {}
    for row in order:
        point = true.setting.table.points[row]
        chosen.setdefault((point.width, point.placement), row)
    rows = [*chosen.values()][:CANDIDATES]
    results = []
    for row in [*rows, *_frugal(experiment, order)]:
        trace = experiment.run(StaticPolicy(true.setting.table, goals, row))
        figures = experiment.judge(trace)
        excess_s = figures.over_temperature_s + figures.over_power_s
        merit = figures.accuracy
        if goals.objective == 'energy' and figures.deadline_hit_settled >= ENERGY_ON_TIME:
            merit = 1.0 / (1.0 + figures.energy_per_frame_j)
        results.append((-excess_s, merit, -figures.energy_per_frame_j, row))
    return max(results)[-1]


def _frugal(experiment: Experiment, order: list[int]) -> list[int]:
    """Return, where heat may forbid the best, some rows that are good and draw less."""
    phases = experiment.timeline.phases
    if not any(np.isfinite(phase.goals.max_temperature_c) for phase in phases):
        return []
    power_w = experiment.setting.table.busy_power_w
    rows: list[int] = []
    lowest = float(power_w[order[0]])
    for row in order:
        if power_w[row] < 0.93 * lowest:
            rows.append(row)
            lowest = float(power_w[row])
    return rows[:FRUGAL]
