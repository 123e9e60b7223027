# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The closed loop: camera, mailbox, board, delays, and what a policy gets to see."""

import math

import numpy as np
import pytest

from dyn_perception.study.board_sensor import DELAY_S, PERIOD_S
from dyn_perception.study.deviation import draw_deviation, no_deviation
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.plant import Plant
from dyn_perception.study.policies.static import StaticPolicy, find_row
from dyn_perception.study.policy_choice import make_policy
from dyn_perception.study.scenario import Scenario
from dyn_perception.study.setting import make_setting
from dyn_perception.study.timeline import make_timeline
from dyn_perception.study.true_table import TrueTable
from support.simulations import small_scenario


@pytest.fixture(scope='module')
def nano():
    return make_setting('jetson_nano')


class Watching(StaticPolicy):
    """Stays at a point and keeps all that it is shown."""

    def __init__(self, setting, row, clock=None):
        super().__init__(setting.table, None, row)
        self.frames, self.boards, self.decided_s, self.goals_seen = [], [], [], []

    def set_goals(self, goals):
        self.goals_seen.append((len(self.decided_s), goals.target_fps))

    def observe_frame(self, frame):
        self.frames.append(frame)

    def observe_board(self, board):
        self.boards.append(board)

    def decide(self, time_s):
        if self.boards and len(self.boards) > len(self.decided_s):
            self.decided_s.append(time_s)
        return super().decide(time_s)


def exact(setting, scenario, policy):
    """Run on a board that is as profiled, without noise."""
    timeline = make_timeline(scenario, setting)
    true = TrueTable(setting, no_deviation(setting.placements, 4))
    return Plant(true, timeline, seed=0, noise=0.0).run(policy)


def test_frames_take_the_profiled_time_when_nothing_is_different(nano) -> None:
    row = find_row(nano.table, 3)
    policy = Watching(nano, row)
    trace = exact(nano, small_scenario(share=0.0), policy)
    latency_s = nano.table.points[row].latency_s
    assert trace.on_time().all()
    assert [frame.latency_s for frame in policy.frames] == pytest.approx([latency_s] * 600)
    assert policy.frames[7].busy_s == pytest.approx({'gpu': latency_s})
    power_w = np.mean(trace.power_w)
    point = nano.table.points[row]
    use = latency_s * 0.75 * nano.full_fps
    expected_w = point.idle_power_w + use * (point.busy_power_w - point.idle_power_w)
    assert power_w == pytest.approx(expected_w, rel=0.02)
    assert trace.energy_j == pytest.approx(power_w * trace.timeline.arrival_s[-1], rel=1e-6)


def test_the_newest_frame_wins_the_mailbox(nano) -> None:
    policy = Watching(nano, find_row(nano.table, 4))
    trace = exact(nano, small_scenario(share=0.75), policy)  # a quarter is left: 3 periods a frame
    busy = slice(200, 400)
    dropped = np.isnan(trace.finish_s[busy])
    assert 0.6 < dropped.mean() < 0.7
    assert sum(frame.dropped for frame in policy.frames) == np.isnan(trace.finish_s).sum()
    assert not trace.on_time()[busy].any()
    # What is processed came just before the processor was free: it never waits a whole period.
    waits = [frame.queueing_s for frame in policy.frames]
    assert max(waits) <= 1 / (0.75 * nano.full_fps)


def test_a_frame_begun_as_a_result_is_published_has_the_old_width(nano) -> None:
    wide, narrow = find_row(nano.table, 4), find_row(nano.table, 1)

    class StepDown(Watching):
        def observe_frame(self, frame):
            super().observe_frame(frame)
            if frame.latency_s > 1 / (0.75 * nano.full_fps):
                self.row = narrow

    policy = StepDown(nano, wide)
    trace = exact(nano, small_scenario(share=0.5), policy)
    assert trace.width[200:203] == [4, 4, 1]
    assert trace.switches == 1


def test_runs_repeat_by_their_seed(nano) -> None:
    def run(seed):
        experiment = Experiment(nano, small_scenario(), seed)
        trace = experiment.run(make_policy(experiment, 'manager'))
        return trace.finish_s, trace.width, trace.power_w

    np.testing.assert_equal(run(3), run(3))
    assert run(3)[2] != run(4)[2]


def test_readings_are_late_coarse_and_at_ten_hertz(nano) -> None:
    policy = Watching(nano, find_row(nano.table, 2))
    experiment = Experiment(nano, small_scenario(), 5)
    experiment.run(policy)
    taken_s = np.array([board.time_s for board in policy.boards])
    np.testing.assert_allclose(np.diff(taken_s), PERIOD_S)
    np.testing.assert_allclose(np.array(policy.decided_s) - taken_s, DELAY_S)
    for board in policy.boards:
        assert board.hottest_c % 0.5 == 0.0
        assert board.power_w / 0.04 == pytest.approx(round(board.power_w / 0.04), abs=1e-6)
        for processor in board.processors:
            assert processor.load * 100 == pytest.approx(round(processor.load * 100), abs=1e-6)
    # A reading averages over its window: no load by others before they came.
    begin_s = experiment.timeline.phases[1].start_s
    loads = np.array([
        next(item.load for item in board.processors if item.name == 'gpu')
        for board in policy.boards
    ])  # fmt: skip
    assert loads[taken_s < begin_s].max() < 0.6
    assert loads[(taken_s > begin_s + 0.2) & (taken_s < begin_s + 2.0)].min() > 0.6


def test_lost_readings_lack_numbers_or_stay_away(nano) -> None:
    segments = [
        {'frames': 150},
        {'frames': 150, 'lost': ['power', 'temperature']},
        {'frames': 150, 'lost': ['load']},
        {'frames': 150, 'lost': ['board']},
    ]
    scenario = Scenario(description='test', segments=segments)
    policy = Watching(nano, find_row(nano.table, 1))
    experiment = Experiment(nano, scenario, 0)
    experiment.run(policy)
    starts_s = [phase.start_s for phase in experiment.timeline.phases]
    seen = [
        [board for board in policy.boards if low < board.time_s <= high]
        for low, high in zip(starts_s, [*starts_s[1:], math.inf], strict=True)
    ]
    assert all(math.isfinite(board.power_w) for board in seen[0])
    assert all(math.isnan(board.power_w) and math.isnan(board.hottest_c) for board in seen[1])
    assert all(math.isnan(item.load) for board in seen[2] for item in board.processors)
    assert len(seen[2]) > 10
    assert not seen[3]


def test_goals_are_set_when_they_change(nano) -> None:
    segments = [{'frames': 150}, {'frames': 150, 'target': 1.0}, {'frames': 150, 'target': 1.0}]
    policy = Watching(nano, find_row(nano.table, 1))
    experiment = Experiment(nano, Scenario(description='test', segments=segments), 0)
    experiment.run(policy)
    start_s = experiment.timeline.phases[1].start_s
    fps = nano.full_fps
    decided = sum(time_s < start_s for time_s in policy.decided_s)  # before the second ones
    assert policy.goals_seen == [(0, pytest.approx(0.75 * fps)), (decided, pytest.approx(fps))]


def test_boards_of_seeds_deviate_within_the_bounds() -> None:
    deviations = [draw_deviation(seed, ('gpu', 'cpu:a57'), 4) for seed in range(300)]
    factors = [factor for item in deviations for factor in item.latency.values()]
    assert 0.85 <= min(factors) < 0.87
    assert 1.13 < max(factors) <= 1.15
    for name, bound in (
        ('resistance', 0.2), ('time_constant', 0.2), ('leakage', 0.2), ('dynamic_power', 0.15)
    ):  # fmt: skip
        values = [getattr(item.variation, name) for item in deviations]
        assert 1 - bound <= min(values) < 1 - 0.9 * bound
        assert 1 + 0.9 * bound < max(values) <= 1 + bound
    room = [item.variation.ambient_k for item in deviations]
    assert -10 <= min(room) < -9
    assert 9 < max(room) <= 10


def test_latency_noise_is_five_percent(nano) -> None:
    policy = Watching(nano, find_row(nano.table, 1))
    Experiment(nano, small_scenario(share=0.0, frames=1000), 0).run(policy)
    times = np.array([frame.latency_s for frame in policy.frames])
    assert times.std() / times.mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize('network', ['xun2019', 'resnet', 'alexnet'])
@pytest.mark.parametrize('board', ['jetson_nano', 'jetson_xavier_nx', 'odroid_xu3'])
def test_every_network_runs_on_every_board(board, network) -> None:
    setting = make_setting(board, network)
    assert len(setting.network.accuracies) == 4
    assert setting.network.accuracies == tuple(sorted(setting.network.accuracies))
    # About a camera's rate, or one region a frame where the board is slower.
    assert 25 < setting.full_fps < 38 or setting.network.regions == 1
