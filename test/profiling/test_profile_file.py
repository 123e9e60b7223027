# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import json
import math
from pathlib import Path
from typing import Any

import pytest

from dyn_perception.network.manifest import Manifest
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.profiling.modelled import is_board, modelled_table
from dyn_perception.profiling.profile_file import (
    Profile,
    ProfiledPoint,
    load_profile,
    save_profile,
)
from dyn_perception.share import model_path


def make_point(width: int = 1, **changes: Any) -> ProfiledPoint:
    values = {
        'width': width,
        'placement': 'gpu',
        'clocks': {'gpu': 614.4},
        'latency_p50_ms': 10.0 * width,
        'latency_p95_ms': 11.0 * width,
        'latency_p99_ms': 12.0 * width,
        'latency_mean_ms': 10.5 * width,
        'latency_deviation_ms': 0.5,
        'frames': 100,
    }
    return ProfiledPoint(**{**values, **changes})


def make_profile(*points: ProfiledPoint, **changes: Any) -> Profile:
    facts = {'format_version': 1, 'board': 'Test', 'model': 'network', 'groups': 4}
    return Profile(points=points or (make_point(),), **{**facts, **changes})


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    points = (make_point(1, accuracy=0.9), make_point(2, busy_power_w=7.5, idle_power_w=2.0))
    profile = make_profile(*points, regions=(6, 8))
    save_profile(profile, tmp_path / 'profile.yaml')
    assert load_profile(tmp_path / 'profile.yaml') == profile
    assert [path.name for path in tmp_path.iterdir()] == ['profile.yaml']


def test_table_has_the_points_in_si_units() -> None:
    point = make_profile(make_point(2, busy_power_w=7.5)).table().points[0]
    assert point.settings == {'width': 2, 'placement': 'gpu', 'gpu': 614.4}
    assert (point.latency_s, point.latency_deviation_s) == (0.021, 0.0005)
    assert point.busy_power_w == 7.5
    assert math.isnan(point.idle_power_w) and math.isnan(point.accuracy)


def test_the_same_point_twice_is_refused() -> None:
    with pytest.raises(ProfileError, match='profile of network cannot be used: two operating'):
        make_profile(make_point(), make_point()).table()


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ({'points': []}, 'points'),
        ({'groups': 1, 'width': 2}, 'width 2 is above groups 1'),
        ({'latency_mean_ms': float('nan')}, 'latency_mean_ms'),
        ({'latency_p50_ms': -1}, 'latency_p50_ms'),
        ({'accuracy': 2.0}, 'accuracy'),
        ({'colour': 'red'}, 'colour'),
        ({'format_version': 2}, 'format_version 2: this release reads up to 1'),
    ],
)
def test_wrong_content_is_refused_with_the_rule(
    tmp_path: Path, content: dict[str, Any], reason: str
) -> None:
    data = make_profile().model_dump(mode='json')
    for name, value in content.items():
        (data if name in data else data['points'][0])[name] = value
    path = tmp_path / 'profile.yaml'
    path.write_text(json.dumps(data))  # JSON is YAML
    with pytest.raises(ProfileError, match=reason):
        load_profile(path)


@pytest.mark.parametrize(
    'content', [b'', b'\xff\xfe\x00', b'[' * 10_000, b'a: &b [1]', b'- 1', b'\0']
)
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'profile.yaml'
    path.write_bytes(content)
    with pytest.raises(ProfileError, match=r'make it again|deeper than 8 levels'):
        load_profile(path)


def test_a_simulated_board_is_modelled_for_any_network() -> None:
    manifest = Manifest.model_validate_json((model_path('resnet') / 'manifest.json').read_text())
    assert is_board('jetson_nano') and not is_board('profile.yaml')
    few, many = (modelled_table('jetson_nano', manifest, regions) for regions in (1, 16))
    assert set(few.placements) == {'cpu:a57', 'gpu'}
    assert all(many.latency_s > few.latency_s)
    assert few.points[0].accuracy == manifest.expected_accuracy(few.points[0].width)
