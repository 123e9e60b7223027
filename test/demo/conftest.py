# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo as a process, and a node that is the other end of its topics."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from support.demo import StartDemo, demo_starter

if TYPE_CHECKING:
    from support.ros_client import RosClient

rclpy = pytest.importorskip('rclpy', reason='the demo needs ROS 2: run `make test` or source it')


@pytest.fixture
def start_demo(ros_domain_id: int) -> Iterator[StartDemo]:
    """Return a function that starts demos with options; they end with the test."""
    with demo_starter(ros_domain_id) as start:
        yield start


@pytest.fixture(scope='session')
def ros_context(ros_domain_id: int) -> Iterator['rclpy.Context']:
    """Return one participant for all tests: a new one each would wait seconds to be found."""
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    yield context
    rclpy.shutdown(context=context)


@pytest.fixture
def client(ros_context: 'rclpy.Context') -> Iterator['RosClient']:
    """Return the other end of what is under test."""
    from support.ros_client import RosClient

    client = RosClient(ros_context)
    yield client
    client.close()
