# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Tests of launch files need launch_ros."""

import pytest

pytest.importorskip(
    'launch_ros', reason='launch_ros is not here: it comes with an installed ROS 2, not in wheels'
)
