# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager beside real competing processes: that it is measured, never how fast it is."""

import math
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: run `make test` or source it')

from benchmark.manager import ros_machine
from benchmark.manager.ros_machine import Competition, PlayedFrame
from benchmark.manager.ros_real import accuracy, hit, measure_phases, settling_ms
from benchmark.ros import parameters
from support.node_process import LIMIT_S
from support.shared_memory import SHARED_MEMORY

PERIOD_MS = 50.0
ON_TIME, LATE = PlayedFrame(50.0, 4, 0.9), PlayedFrame(50.1, 4, 0.9)
DROPPED = PlayedFrame(math.inf, 0, 0.0)


@pytest.fixture
def patient_machine(ros_domain_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure in the domain of the tests, on a machine that may be busy."""
    monkeypatch.setattr(ros_machine, 'set_environment', lambda: None)
    for name, value in SHARED_MEMORY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ros_machine, '_START_LIMIT_S', LIMIT_S)
    monkeypatch.setattr(parameters, '_LIMIT_S', LIMIT_S)


@pytest.mark.usefixtures('patient_machine')
def test_a_managed_run_and_one_at_full_width_are_played_and_drawn(tmp_path: Path) -> None:
    phases_s = 1.0, 4.0, 0.5
    picture = tmp_path / 'timeline.svg'
    figures = measure_phases(phases_s, rounds=1, picture=picture)
    assert figures['real_frames'] == Competition(phases_s, figures['real_target_fps']).frames > 0
    for run in ('managed', 'static_full'):
        # Which of the two is better, `make bench` measures on a machine that does nothing else.
        assert 0 <= figures[f'real_accuracy_{run}'] <= figures[f'real_hit_{run}'] <= 1
    assert '<svg' in picture.read_text()


def test_late_and_dropped_frames_are_no_hits_and_count_as_wrong() -> None:
    frames = [ON_TIME, LATE, DROPPED, ON_TIME]
    assert hit(frames, PERIOD_MS) == 0.5
    assert accuracy(frames, PERIOD_MS) == pytest.approx(0.45)


def test_a_run_has_settled_where_ten_frames_in_a_row_are_on_time() -> None:
    frames = [LATE] * 5 + [ON_TIME] * 3 + [LATE] + [ON_TIME] * 12
    assert settling_ms(frames, 5, PERIOD_MS) == 4 * PERIOD_MS
    assert settling_ms(frames, 9, PERIOD_MS) == 0
    assert settling_ms(frames, 12, PERIOD_MS) == 9 * PERIOD_MS, 'not before its end'
