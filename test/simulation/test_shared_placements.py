# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Placements whose processors share the groups of a frame, in virtual time."""

import numpy as np
import pytest

from dyn_perception.control.policy import FrameObservation
from dyn_perception.study.deviation import no_deviation
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.plant import Plant
from dyn_perception.study.policies.static import StaticPolicy, find_row
from dyn_perception.study.policy_choice import make_policy
from dyn_perception.study.scenario import Scenario
from dyn_perception.study.setting import Setting, make_setting
from dyn_perception.study.timeline import make_timeline
from dyn_perception.study.true_table import TrueTable

BOTH = 'cpu:a15+cpu:a7'


@pytest.fixture(scope='module')
def odroid() -> Setting:
    return make_setting('odroid_xu3', split=True)


def scenario(target: float, **contention: float) -> Scenario:
    segment = {'frames': 300, 'contention': {}}
    names = {name.replace('_', ':'): share for name, share in contention.items()}
    return Scenario(
        description='test', target=target, segments=[segment, {**segment, 'contention': names}]
    )


class Watching(StaticPolicy):
    def __init__(self, setting: Setting, row: int) -> None:
        super().__init__(setting.table, None, row)
        self.frames: list[FrameObservation] = []

    def observe_frame(self, frame: FrameObservation) -> None:
        self.frames.append(frame)


def test_only_pairs_that_are_faster_together_are_offered(odroid: Setting) -> None:
    assert odroid.pairs == (('cpu:a15', 'cpu:a7'),)
    assert BOTH in odroid.table.placements
    # The CPU of a Jetson is so much slower than its GPU that it would never get a group.
    assert make_setting('jetson_nano', split=True).pairs == ()
    assert make_setting('odroid_xu3').pairs == ()


def test_shared_frames_are_faster_and_draw_the_power_of_both(odroid: Setting) -> None:
    table = odroid.table
    for width in (1, 2, 3, 4):
        shared = find_row(table, width, BOTH)
        alone = find_row(table, width, 'cpu:a15')
        assert table.latency_s[shared] <= table.latency_s[alone]
    assert table.latency_s[shared] < 0.95 * table.latency_s[alone]
    assert table.busy_power_w[shared] > table.busy_power_w[alone]


def test_frames_take_the_profiled_time_and_keep_both_processors_busy(odroid: Setting) -> None:
    row = find_row(odroid.table, 4, BOTH)
    policy = Watching(odroid, row)
    timeline = make_timeline(scenario(0.8, cpu_a15=0.5), odroid)
    true = TrueTable(odroid, no_deviation(odroid.placements, 4))
    Plant(true, timeline, seed=0, noise=0.0).run(policy)
    latency_s = odroid.table.latency_s[row]
    first = [frame for frame in policy.frames if frame.time_s < timeline.phases[1].start_s]
    assert [frame.latency_s for frame in first] == pytest.approx([latency_s] * len(first))
    busy_s = first[0].busy_s
    assert max(busy_s.values()) == pytest.approx(latency_s)
    assert 0.5 * latency_s < min(busy_s.values()) <= latency_s
    others = {'cpu:a15': 0.5}
    expected_s = true.frame_latency_s(others)[row]
    last = policy.frames[-1]
    assert last.latency_s - last.queueing_s == pytest.approx(expected_s)
    assert expected_s < 0.8 * true.frame_latency_s(others)[find_row(odroid.table, 4, 'cpu:a15')]


def test_the_manager_shares_frames_where_one_processor_is_too_slow() -> None:
    accuracy, placements = {}, {}
    for split in (False, True):
        setting = make_setting('odroid_xu3', split=split)
        figures, used = [], set()
        for seed in range(3):
            experiment = Experiment(setting, scenario(0.9, cpu_a15=0.4), seed)
            trace = experiment.run(make_policy(experiment, 'manager'))
            figures.append(experiment.judge(trace))
            used |= {trace.placements[index] for index in trace.placement}
        accuracy[split] = np.mean([figure.accuracy for figure in figures])
        placements[split] = used
        assert min(figure.deadline_hit_settled for figure in figures) > 0.97
    assert BOTH in placements[True] and BOTH not in placements[False]
    assert accuracy[True] > accuracy[False] + 0.005
