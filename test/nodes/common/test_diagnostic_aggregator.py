# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The aggregator's configuration puts each status of the nodes into one group."""

from pathlib import Path

import pytest
import yaml

CONFIGURATION = Path(__file__).parents[3] / 'config/diagnostic_aggregator.yaml'
GROUPS = {
    'resource_monitor: temperature': 'Board',
    'robot_1/resource_monitor: throttling': 'Board',
    'perception: frames': 'Network',
    'front/perception: network': 'Network',
    'manager: target': 'Manager',
}


@pytest.mark.parametrize('status', GROUPS)
def test_status_has_one_group(status: str) -> None:
    parameters = yaml.safe_load(CONFIGURATION.read_text())['/**']['ros__parameters']
    assert parameters.pop('path') == 'dyn_perception'
    groups = [
        analyzer['path']
        for analyzer in parameters.values()
        if any(text in status for text in analyzer['contains'])
    ]
    assert groups == [GROUPS[status]]
    kinds = {analyzer['type'] for analyzer in parameters.values()}
    assert kinds == {'diagnostic_aggregator/GenericAnalyzer'}
