# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every shipped scenario promises on every board of the benchmark."""

import numpy as np
import pytest

from dyn_perception.study.experiment import Experiment
from dyn_perception.study.policy_choice import make_policy
from dyn_perception.study.scenario import FEWEST_FRAMES, load_scenario, scenario_names
from dyn_perception.study.setting import make_setting

BOARDS = ('jetson_nano', 'jetson_xavier_nx', 'odroid_xu3')
SEEDS = (0, 7)
# A width that is only passed through on the way does not count as used.
USED = 0.02


@pytest.mark.parametrize('board', BOARDS)
@pytest.mark.parametrize('name', sorted({*scenario_names()} - {'steady'}))
def test_adapting_is_needed_and_possible(name, board) -> None:
    setting, scenario = make_setting(board), load_scenario(name)
    for seed in SEEDS:
        experiment = Experiment(setting, scenario, seed)
        trace = experiment.run(make_policy(experiment, 'static', width=4))
        assert trace.on_time().mean() < 0.8
        assert trace.feasible.mean() >= 0.95
        oracle = experiment.run(make_policy(experiment, 'oracle'))
        widths, counts = np.unique(oracle.width, return_counts=True)
        assert (counts[widths > 0] > USED * len(oracle.width)).sum() >= 3
        figures = experiment.judge(oracle)
        assert figures.over_temperature_s < 1.0
        assert figures.over_power_s < 1.0


@pytest.mark.parametrize('name', scenario_names())
def test_disturbances_are_far_enough_apart(name) -> None:
    scenario = load_scenario(name)
    assert all(segment.frames >= FEWEST_FRAMES for segment in scenario.segments)


def test_steady_is_steady() -> None:
    assert len(load_scenario('steady').segments) == 1
