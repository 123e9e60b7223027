# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A call at a time that is known only while a node runs."""

import math
import time
from collections.abc import Iterator

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from dyn_perception.nodes.common.timers import OneShotTimer
from support.node_process import LIMIT_S


@pytest.fixture
def node(ros_context: rclpy.Context) -> Iterator[Node]:
    node = Node('caller', context=ros_context)
    executor = SingleThreadedExecutor(context=ros_context)
    executor.add_node(node)
    yield node
    executor.shutdown()
    node.destroy_node()


def spin(node: Node, calls: list[float], count: int) -> None:
    deadline = time.monotonic() + LIMIT_S
    while len(calls) < count:
        assert time.monotonic() < deadline
        node.executor.spin_once(timeout_sec=0.05)


def test_calls_once_and_not_before_the_time_last_asked_for(node: Node) -> None:
    calls: list[float] = []
    later = OneShotTimer(node, lambda: calls.append(time.monotonic()))
    later.ask(time.monotonic())
    asked = time.monotonic() + 0.2
    later.ask(asked)
    spin(node, calls, 1)
    assert calls[0] >= asked
    again = time.monotonic() + 0.1
    later.ask(again)
    spin(node, calls, 2)
    assert calls[1] >= again and len(calls) == 2


def test_is_not_called_where_no_time_is_asked_for(node: Node) -> None:
    calls: list[float] = []
    others: list[float] = []
    later = OneShotTimer(node, lambda: calls.append(0.0))
    marker = OneShotTimer(node, lambda: others.append(0.0))
    later.ask(time.monotonic() + 0.05)
    later.ask(math.inf)
    marker.ask(time.monotonic() + 0.3)
    spin(node, others, 1)
    assert not calls
