# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Scenario files: what is allowed, and what is said of the rest."""

import math

import pytest

from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.variation import Variation
from dyn_perception.study.scenario import (
    load_scenario,
    parse_scenario,
    scenario_names,
)
from dyn_perception.study.setting import full_temperature_c, make_setting
from dyn_perception.study.timeline import make_timeline

SEGMENT = 'segments: [{frames: 150}]'


@pytest.fixture(scope='module')
def nano():
    return make_setting('jetson_nano')


def test_the_eight_shipped_scenarios() -> None:
    assert set(scenario_names()) >= {
        'steady', 'one_program', 'bursts', 'slow_ramp', 'heat_soak', 'target_change',
        'power_budget_change', 'lost_sensor',
    }  # fmt: skip


def test_any_file_can_be_named(tmp_path) -> None:
    path = tmp_path / 'mine.yaml'
    path.write_text(f'description: mine\n{SEGMENT}\n')
    assert load_scenario(path).frames == 150
    with pytest.raises(
        SimulationError, match=r"'mine' is unknown: choose of bursts, .*or name a file"
    ):
        load_scenario('mine')


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('description: x\nsegments: [{frames: 149}]', 'segments.0.frames: .*equal to 150'),
        (f'description: x\nspeed: 2\n{SEGMENT}', 'speed: Extra inputs'),
        ('description: x\nsegments: []', 'segments: '),
        (SEGMENT, 'description'),
        ('description: x\nsegments: [{frames: 150, contention: {fastest: 1.0}}]', '0.97'),
        ('description: x\nsegments: [{frames: 150, contention: {npu: 0.1}}]', 'contention.npu'),
        ('description: x\nsegments: [{frames: 150, lost: [smell]}]', 'lost.0'),
        (f'description: x\ntarget: .nan\n{SEGMENT}', 'target: '),
        ('description: x\nrepeat: 100\nsegments: [{frames: 100000}]', 'more than 1000000'),
        ('- 1', 'scenario: '),
        ('{', 'no valid YAML'),
        ('a: &b [1]\nc: *b', 'alias'),
        ('!!python/object/apply:os.system [ls]', 'no valid YAML'),
        ('x' * 300_000, 'larger than'),
    ],
)
def test_what_breaks_a_rule_is_refused_with_the_rule(text, message) -> None:
    with pytest.raises(SimulationError, match=message):
        parse_scenario(text, 'test.yaml')


def test_shares_become_fps_watts_and_degrees(nano) -> None:
    scenario = parse_scenario(
        'description: x\ntarget: 0.5\npower_budget: 0.5\nmax_temperature: 0.8\nsegments:\n'
        '- {frames: 150, target: 2.0, contention: {fastest: 0.5, others: [0.1, 0.4]}}\n'
        '- {frames: 150}\n',
        'test.yaml',
    )
    timeline = make_timeline(scenario, nano)
    first, second = timeline.phases
    assert first.goals.target_fps == pytest.approx(2.0 * nano.full_fps)
    assert second.goals.target_fps == pytest.approx(0.5 * nano.full_fps)
    middle_w = 0.5 * (nano.idle_power_w + nano.full_power_w)
    assert second.goals.power_budget_w == pytest.approx(middle_w)
    room_c, full_c = full_temperature_c(nano, Variation())
    assert second.goals.max_temperature_c == pytest.approx(room_c + 0.8 * (full_c - room_c))
    assert timeline.frames == 300
    assert timeline.arrival_s[150] == pytest.approx(75 / nano.full_fps)
    assert timeline.arrival_s[300] == pytest.approx(375 / nano.full_fps)
    ramp = [others['cpu:a57'] for others in timeline.others[:150]]
    assert {others['gpu'] for others in timeline.others[:150]} == {0.5}
    assert ramp[0] == pytest.approx(0.101)
    assert ramp == sorted(ramp)
    assert ramp[-1] == pytest.approx(0.399)
    assert timeline.others[200] == {}


def test_the_temperature_limit_is_one_of_this_copy(nano) -> None:
    scenario = parse_scenario(f'description: x\nmax_temperature: 0.9\n{SEGMENT}', 'test.yaml')
    limits = [
        make_timeline(scenario, nano, variation=Variation(ambient_k=shift))
        .phases[0]
        .goals.max_temperature_c
        for shift in (-10.0, 10.0)
    ]
    assert 15.0 < limits[1] - limits[0] < 25.0


def test_objective_and_least_width_can_be_replaced(nano) -> None:
    scenario = parse_scenario(f'description: x\n{SEGMENT}', 'test.yaml')
    goals = make_timeline(scenario, nano, objective='energy', min_width=2).phases[0].goals
    assert (goals.objective, goals.min_accuracy) == ('energy', nano.network.accuracies[1])
    assert math.isinf(goals.power_budget_w)
    with pytest.raises(SimulationError, match='min_width 5 is out of range'):
        make_timeline(scenario, nano, min_width=5)


def test_a_processor_that_the_board_lacks_is_named(nano) -> None:
    scenario = parse_scenario(
        'description: x\nsegments: [{frames: 150, contention: {"cpu:a15": 0.3}}]', 'test.yaml'
    )
    with pytest.raises(SimulationError, match="'cpu:a15': jetson_nano has cpu:a57, gpu"):
        make_timeline(scenario, nano)
