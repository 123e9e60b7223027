# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import importlib.util
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='the measurements use ROS 2')

from benchmark.frame.__main__ import MEASUREMENTS, main
from benchmark.frame.figures import FIGURES
from benchmark.frame.ros_deadline import Tally

ISSUE_KEYS = {
    'deadline_miss_anytime',
    'deadline_miss_width1',
    'deadline_miss_width4',
    'macs_saved_at_equal_accuracy',
    'split_speedup',
    'split_vs_threads',
    'placement_lost',
    'node_overhead_ratio',
    'cpu_idle_percent',
    'max_rate',
    'gpu',
}


def test_documented_keys_are_those_that_were_asked_for() -> None:
    assert {figure.key for figure in FIGURES} >= ISSUE_KEYS


@pytest.mark.parametrize('name', MEASUREMENTS)
def test_every_measurement_exists(name: str) -> None:
    assert importlib.util.find_spec(f'benchmark.frame.{name}') is not None


def frame(latency_ms: float, groups: int) -> SimpleNamespace:
    point = SimpleNamespace(groups_run=groups, expected_accuracy=0.8 + groups / 100)
    return SimpleNamespace(result=SimpleNamespace(latency_ms=latency_ms, operating_point=point))


def test_late_and_lost_frames_count_as_wrong() -> None:
    tally = Tally()
    tally.add([frame(9, 1), frame(10, 4), frame(10.5, 4), SimpleNamespace(result=None)], 10.0)
    assert tally.late == [False, False, True, True]
    assert tally.accuracy == pytest.approx([0.81, 0.84, 0.0, 0.0])
    assert tally.groups == [1, 4, 4]


def test_missing_data_is_named(tmp_path, capsys) -> None:
    assert main(['--data', str(tmp_path), '--only', 'confidence']) == 2
    assert str(tmp_path) in capsys.readouterr().err
