# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo as a process."""

from collections.abc import Iterator

import pytest

from support.demo import StartDemo, demo_starter

rclpy = pytest.importorskip('rclpy', reason='the demo needs ROS 2: run `make test` or source it')


@pytest.fixture
def start_demo(ros_domain_id: int) -> Iterator[StartDemo]:
    """Return a function that starts demos with options; they end with the test."""
    with demo_starter(ros_domain_id) as start:
        yield start
