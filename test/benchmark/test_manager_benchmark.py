# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of the manager's benchmark, from outcomes that are made by hand."""

import dataclasses

import pytest
import yaml

from benchmark.manager.__main__ import MEASUREMENTS
from benchmark.manager.figures import FIGURES
from benchmark.manager.runs import Job, Outcome, make_jobs, run_job
from benchmark.manager.settings import BASELINES, BOARDS, SEEDS, TUNING_SEEDS, Settings
from benchmark.manager.summary import gain, summarise
from benchmark.manager.tuning import GRIDS, grid_points
from dyn_perception.share import config_path
from dyn_perception.study.figures import RunFigures
from dyn_perception.study.policy_choice import TUNED, tuned_constants
from dyn_perception.study.scenario import scenario_names


def figures(accuracy, hit=1.0, over=0.0):
    return RunFigures(100, hit, hit, accuracy, 1.0, 0, 0.0, over, 0.0)


def outcome(scenario, manager, *, seed=0, hit=1.0, others=0.6, settling=(), ratio=None, over=0.0):
    made = {
        'manager': figures(manager, hit, over),
        'oracle': figures(0.7),
        'fixed': figures(0.5),
        **{name: figures(others) for name in BASELINES},
    }
    return Outcome(Job('jetson_nano', scenario, seed), made, [*settling], ratio)


OUTCOMES = [
    outcome('a', 0.69, settling=[1, 2], ratio=1.1),
    outcome('a', 0.67, seed=1, hit=0.9, settling=[3], ratio=1.0),
    outcome('b', 0.65, others=0.645, over=0.5),
    outcome('b', 0.65, seed=1, others=0.659),
]


def test_gain_is_the_share_of_what_adapting_can_win() -> None:
    assert gain(OUTCOMES[:2]) == pytest.approx(0.9)
    values = summarise(OUTCOMES)
    assert values['gain_vs_oracle'] == pytest.approx((0.9 + 0.75) / 2)
    assert values['gain_vs_oracle_worst'] == pytest.approx(0.75)


def test_hits_are_those_of_the_worst_scenario() -> None:
    values = summarise(OUTCOMES)
    assert values['deadline_hit'] == pytest.approx(0.95)
    assert values['deadline_hit_settled'] == pytest.approx(0.95)


def test_margins_and_wins_are_of_the_means_of_scenarios() -> None:
    values = summarise(OUTCOMES)
    assert values['worst_margin'] == pytest.approx(dict.fromkeys(BASELINES, -0.002))
    assert values['clear_wins'] == dict.fromkeys(BASELINES, 1)


def test_energy_settling_and_limits() -> None:
    values = summarise(OUTCOMES)
    assert values['energy_vs_oracle'] == pytest.approx(1.05)
    assert values['energy_runs_share'] == pytest.approx(0.5)
    assert values['settling_frames'] == pytest.approx(2.9)
    assert values['over_temperature_s'] == pytest.approx(0.5)


def test_every_documented_figure_of_the_simulation_is_made() -> None:
    simulated = {figure.key for figure in FIGURES} & {*summarise(OUTCOMES)}
    assert {figure.key for figure in FIGURES} - simulated == {
        'decision_us', 'sim_speed', 'real_hit_managed', 'real_hit_static_full',
        'real_accuracy_managed', 'real_settling_ms', 'shared_accuracy_gain',
        'shared_gain_vs_oracle', 'shared_hit_settled', 'shared_over_s',
    }  # fmt: skip
    assert len({figure.key for figure in FIGURES}) == len(FIGURES)
    assert len({*MEASUREMENTS}) == len(MEASUREMENTS)


def test_every_scenario_board_and_seed_is_run() -> None:
    jobs = make_jobs(Settings(SEEDS, scenario_names()))
    assert len(jobs) == len({*jobs}) == 20 * 3 * len(scenario_names())
    assert {job.board for job in jobs} == {*BOARDS}


def test_a_job_runs_all_policies() -> None:
    done = run_job(Job('jetson_nano', 'steady', 0, policies=('manager', 'oracle', 'fixed')))
    assert [*done.figures] == ['manager', 'oracle', 'fixed']
    assert done.figures['fixed'].accuracy == pytest.approx(0.56, abs=0.005)
    assert done.energy_ratio is None or done.energy_ratio > 0.9


@pytest.mark.parametrize('name', [*TUNED])
def test_constants_are_chosen_of_the_grid_on_seeds_that_are_not_reported(name) -> None:
    assert not {*TUNING_SEEDS} & {*SEEDS}
    points = grid_points(name)
    assert points[0] == TUNED[name][0]()  # the published or usual ones
    assert tuned_constants(name) in points
    fields = {field.name for field in dataclasses.fields(TUNED[name][0])}
    assert {*GRIDS[name]} == fields
    content = yaml.safe_load(config_path(f'policies/{name}.yaml').read_text())
    assert {*content['constants']} == fields
