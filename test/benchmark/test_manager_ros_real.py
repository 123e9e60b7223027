# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager beside real competing processes, in short: the order alone, never a time."""

from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: run `make test` or source it')

from benchmark.manager.ros_real import measure_phases

# Discovery between restarted processes was seen to fail now and then on a busy machine.
pytestmark = pytest.mark.flaky(reruns=2)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the benchmark sets to this test."""
    for name in (
        'ROS_DOMAIN_ID',
        'ROS_AUTOMATIC_DISCOVERY_RANGE',
        'FASTDDS_DEFAULT_PROFILES_FILE',
        'FASTRTPS_DEFAULT_PROFILES_FILE',
    ):
        monkeypatch.setenv(name, '')


@pytest.mark.usefixtures('environment')
def test_the_manager_has_more_frames_on_time_than_the_full_width(tmp_path: Path) -> None:
    picture = tmp_path / 'timeline.svg'
    figures = measure_phases((1.0, 4.0, 0.5), rounds=1, picture=picture)
    assert figures['real_hit_managed'] > figures['real_hit_static_full']
    assert figures['real_frames'] > 10
    assert '<svg' in picture.read_text()
