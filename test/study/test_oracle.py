# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The oracle: what it knows, what it keeps to, and that nobody does better."""

import itertools

import numpy as np
import pytest

from dyn_perception.control.policy import Goals
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.study.deviation import no_deviation
from dyn_perception.study.expectation import expect
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.oracle import OraclePolicy, make_spans, plan
from dyn_perception.study.plant import Plant
from dyn_perception.study.policies.static import find_row
from dyn_perception.study.policy_choice import POLICIES, make_policy
from dyn_perception.study.scenario import Scenario
from dyn_perception.study.setting import make_setting
from dyn_perception.study.thermal_plan import candidates, plan_under_heat, stays_cool
from dyn_perception.study.timeline import make_timeline
from dyn_perception.study.true_table import TrueTable
from support.simulations import small_scenario

OTHERS = [name for name in POLICIES if name != 'oracle']
SEEDS = range(2)


@pytest.fixture(scope='module')
def nano():
    return make_setting('jetson_nano')


@pytest.mark.parametrize(('board', 'fields'), [
    ('jetson_nano', {'share': 0.5}),
    ('jetson_nano', {'share': 0.3, 'target': 1.2}),
    ('odroid_xu3', {'share': 0.4}),
])  # fmt: skip
def test_no_policy_is_more_accurate_in_the_mean(board, fields) -> None:
    setting, scenario = make_setting(board), small_scenario(frames=150, **fields)
    accuracy = {name: [] for name in POLICIES}
    for seed in SEEDS:
        experiment = Experiment(setting, scenario, seed)
        for name in POLICIES:
            point = {'width': 2} if name == 'static' else {}
            figures = experiment.judge(experiment.run(make_policy(experiment, name, **point)))
            accuracy[name].append(figures.accuracy)
    means = {name: np.mean(values) for name, values in accuracy.items()}
    for name in OTHERS:
        assert means['oracle'] >= means[name] - 0.003, means


def test_it_is_on_time_at_once_after_each_step(nano) -> None:
    """Without noise no frame is late, neither before nor after a step up or down."""
    timeline = make_timeline(small_scenario(share=0.6), nano)
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    trace = Plant(true, timeline, seed=1, noise=0.0).run(OraclePolicy(true, timeline))
    assert trace.on_time().all()
    assert trace.width[199] > trace.width[200]
    assert trace.width[403] > trace.width[399]


def test_it_raises_clocks_before_they_are_needed_and_keeps_the_budget(nano) -> None:
    scenario = small_scenario(share=0.5, power_budget=1.1, target=0.84)
    timeline = make_timeline(scenario, nano)
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    policy = OraclePolicy(true, timeline)
    trace = Plant(true, timeline, seed=1, noise=0.0).run(policy)
    clocks_mhz = [dict(nano.table.points[row].clocks)['gpu'] for row in policy.rows]
    assert clocks_mhz[2] > clocks_mhz[1]
    assert trace.clock_mhz[390] == clocks_mhz[1]
    assert trace.clock_mhz[400] == clocks_mhz[2]
    assert trace.on_time().all()
    assert max(trace.power_w) <= timeline.phases[0].goals.power_budget_w * 1.01


def test_expectation_is_probability_times_accuracy(nano) -> None:
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    row = find_row(nano.table, 4)
    goals = Goals(target_fps=1.0 / (1.05 * float(nano.table.latency_s[row])))
    expectation = expect(true, {}, goals)
    assert expectation.on_time[row] == pytest.approx(0.8413, abs=1e-3)  # one sigma
    assert expectation.accuracy[row] == pytest.approx(0.8413 * 0.712, abs=1e-3)
    assert expect(true, {'gpu': 0.5}, goals).on_time[row] == 0.0


def test_energy_takes_the_least_power_that_is_accurate_and_on_time(nano) -> None:
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    goals = Goals(0.5 * nano.full_fps, objective='energy', min_accuracy=0.6)
    expectation = expect(true, {}, goals)
    best = int(np.argmax(expectation.value))
    point = nano.table.points[best]
    assert point.width == 2
    assert point.clocks[0][1] < 921.6
    good = (expectation.on_time >= 0.99) & (nano.table.accuracy >= 0.6)
    assert expectation.power_w[best] == expectation.power_w[good].min()


def test_the_plan_under_heat_is_the_best_of_all_sequences(nano) -> None:
    """Exhaustive search over the candidates finds nothing better that stays cool."""
    segments = [
        {'frames': 900},
        {'frames': 900, 'contention': {'fastest': 0.4, 'others': 0.6}},
        {'frames': 600},
    ]
    scenario = Scenario(description='test', max_temperature=0.8, segments=segments)
    timeline = make_timeline(scenario, nano)
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    spans, rows = plan(true, timeline)
    greedy = [int(np.argmax(span.expectation.value)) for span in spans]
    assert not stays_cool(true, spans, greedy)
    assert stays_cool(true, spans, rows)

    def value(sequence):
        return sum(
            (span.end - span.first) * float(span.expectation.value[row])
            for span, row in zip(spans, sequence, strict=True)
        )

    better = [
        value(sequence)
        for sequence in itertools.product(*(candidates(span)[::3] for span in spans))
        if value(sequence) > value(rows) and stays_cool(true, spans, list(sequence))
    ]
    best = max(better, default=value(rows))
    assert value(rows) >= best - 0.002 * timeline.frames


def test_it_plans_around_the_clocks_that_a_hot_board_takes_away() -> None:
    setting = make_setting('odroid_xu3')
    scenario = small_scenario(share=0.0, frames=200, target=0.88)
    for seed in range(12):
        experiment = Experiment(setting, scenario, seed)
        spans = make_spans(experiment.true, experiment.timeline)
        greedy = [int(np.argmax(span.expectation.value)) for span in spans]
        if not stays_cool(experiment.true, spans, greedy):
            break
    else:
        pytest.fail('no board of these seeds gets hot: choose another scenario')
    planned = plan_under_heat(experiment.true, spans)
    assert planned != greedy
    trace = experiment.run(make_policy(experiment, 'oracle'))
    assert experiment.judge(trace).deadline_hit > 0.97


def test_feasible_means_on_time_within_the_budget(nano) -> None:
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    timeline = make_timeline(small_scenario(share=0.9, target=1.0), nano)
    feasible = true.feasible(timeline)
    # Width 1 takes a third of the period, ten times as long beside the program.
    assert feasible[:200].all()
    assert not feasible[200:400].any()
    poor = make_timeline(small_scenario(share=0.0, power_budget=0.01, target=1.0), nano)
    assert not true.feasible(poor).any()


def test_the_true_power_is_that_of_the_board_model(nano) -> None:
    true = TrueTable(nano, no_deviation(nano.placements, 4))
    row, fps = find_row(nano.table, 2), 0.75 * nano.full_fps
    others = {'gpu': 0.3, 'cpu:a57': 0.5}
    board = BoardModel(nano.description)
    busy = {'gpu': 0.3 + float(nano.table.latency_s[row]) * fps, 'cpu:a57': 0.5}
    board.settle(busy, nano.intensity)
    board.step(1e-9, busy, nano.intensity)
    assert true.power_w(others, fps)[row] == pytest.approx(board.total_power_w, rel=0.02)
