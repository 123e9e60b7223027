# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What follows from the goals of the manager."""

import pytest

from dyn_perception.nodes.common.parameter_table import specifications
from dyn_perception.nodes.manager.settings import ManagerSettings, deadline
from dyn_perception.nodes.perception.settings import PerceptionSettings


@pytest.mark.parametrize(
    ('target_fps', 'deadline_ms'),
    [(1000.0, 0.97), (30.0, 32.333), (0.0162, 59876.543), (0.0161, 60000.0), (0.01, 60000.0)],
)
def test_deadline_is_one_that_perception_takes(target_fps: float, deadline_ms: float) -> None:
    found = deadline(ManagerSettings(target_fps=target_fps))
    assert found == {'deadline_ms': pytest.approx(deadline_ms)}
    specifications(PerceptionSettings)['deadline_ms'].check(found['deadline_ms'])


def test_no_deadline_without_anytime() -> None:
    assert deadline(ManagerSettings(anytime=False)) == {}
