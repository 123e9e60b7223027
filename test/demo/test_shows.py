# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Stepping the width, in the demo without a manager."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node

from dyn_perception.demo.observations import Network
from dyn_perception.demo.shows import WIDTH_CYCLE_S, WidthSchedule, WidthShow
from support.ros_client import RosClient


def test_goes_from_all_groups_to_one_and_back() -> None:
    schedule = WidthSchedule(4, 20.0)
    assert [schedule.width(2.5 * step + 1) for step in range(8)] == [4, 3, 2, 1, 1, 2, 3, 4]


@settings(deadline=None)  # the machine may be busy
@given(st.integers(1, 8), st.floats(1, 300))
def test_gives_each_width_the_same_share_of_a_run(groups: int, seconds: float) -> None:
    schedule = WidthSchedule(groups, seconds)
    samples = 1000 * groups
    shares = Counter(schedule.width(seconds * (n + 0.5) / samples) for n in range(samples))
    assert sorted(shares) == list(range(1, groups + 1))
    steps_of_a_cycle = 2 * max(1, round(seconds / WIDTH_CYCLE_S))
    assert all(abs(share - 1000) <= 2 * steps_of_a_cycle for share in shares.values())


def test_without_an_end_repeats_its_cycle() -> None:
    schedule = WidthSchedule(3, None)
    seconds = range(int(WIDTH_CYCLE_S))
    assert all(schedule.width(t) == schedule.width(t + 5 * WIDTH_CYCLE_S) for t in seconds)


@pytest.mark.parametrize('seconds', [5.0, 25.0, 3600.0])
def test_a_step_lasts_a_few_seconds_in_a_run_that_is_long_enough(seconds: float) -> None:
    schedule = WidthSchedule(4, seconds)
    changes = sum(
        schedule.width(n * 0.01) != schedule.width((n + 1) * 0.01)
        for n in range(int(seconds * 100) - 1)
    )
    assert changes >= 6
    assert seconds / (changes + 1) > 0.5


@pytest.fixture
def perception(client: RosClient) -> Iterator[Node]:
    """Return a node that takes a width, spun with the client."""
    node = Node('perception', context=client.node.context)
    node.declare_parameter('width', 1)
    client.node.executor.add_node(node)
    yield node
    client.node.executor.remove_node(node)
    node.destroy_node()


class Observing:
    """Gives a node what the show takes of an observer."""

    def __init__(self, node: Node) -> None:
        node.network = None
        node.start_s = None
        self.node = node

    def begin(self) -> None:
        """Let the first result come."""
        self.node.network = Network('net', 'resnet', 4, ())
        self.node.start_s = time.monotonic()


def test_the_width_is_set_from_the_first_result_on(client: RosClient, perception: Node) -> None:
    observing, reports = Observing(client.node), []
    show = WidthShow(client.node, None, reports.append)
    show.step()
    assert show.missing == 'perception'
    observing.begin()
    assert not show.missing

    def width() -> int:
        show.step()
        return int(perception.get_parameter('width').value)

    client.spin_until(lambda: width() == 4, 'all groups')
    client.spin_until(lambda: width() == 3, 'one fewer')
    assert (show.refused, reports) == (0, [])


def test_a_refused_width_is_counted_and_told(client: RosClient, perception: Node) -> None:
    perception.add_on_set_parameters_callback(
        lambda parameters: SetParametersResult(successful=False, reason='not today')
    )
    observing, reports = Observing(client.node), []
    show = WidthShow(client.node, None, reports.append)
    observing.begin()
    client.spin_until(lambda: bool(reports), 'the refusal', every_s=0.0, repeat=show.step)
    assert reports == ['width 4 refused: not today']
    assert show.refused == 1
