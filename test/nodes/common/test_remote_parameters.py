# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Calls to the parameter services of another node, which may be missing, silent or refuse."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import rclpy
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import DescribeParameters, GetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters

LONG_S = 60.0  # never waited for: what is asked happens long before


class Nodes:
    """An asking node and others, spun together in this thread."""

    def __init__(self, context: rclpy.Context) -> None:
        self._context = context
        self._executor = SingleThreadedExecutor(context=context)
        self._nodes: list[Node] = []
        self.asking = self.add('asking')

    def add(self, name: str, **options: Any) -> Node:
        """Return a new node that is spun."""
        node = Node(name, context=self._context, **options)
        self._nodes.append(node)
        self._executor.add_node(node)
        return node

    def remote(self, name: str, **limits: float) -> RemoteParameters:
        """Return what asks the node of a name."""
        return RemoteParameters(self.asking, name, **limits)

    def spin(self) -> None:
        """Handle what is due."""
        self._executor.spin_once(timeout_sec=0.02)

    def close(self) -> None:
        """Destroy all nodes."""
        self._executor.shutdown()
        for node in self._nodes:
            node.destroy_node()


@pytest.fixture
def nodes(ros_context: rclpy.Context) -> Iterator[Nodes]:
    nodes = Nodes(ros_context)
    yield nodes
    nodes.close()


def test_parameters_are_set_read_listed_and_described(nodes: Nodes) -> None:
    other = nodes.add('other')
    other.declare_parameter('width', 4)
    remote = nodes.remote('other', limit_s=LONG_S, ask_again_s=1.0)
    answer = remote.wait(partial(remote.set, {'width': 2}), nodes.spin)
    assert answer == Answer(True)
    assert other.get_parameter('width').value == 2
    assert remote.wait(partial(remote.get, ['width', 'none']), nodes.spin).values in (
        {'width': 2, 'none': None},
        {},  # a release of rclpy that answers with fewer values
    )
    assert 'width' in remote.wait(remote.list_names, nodes.spin).values
    read = remote.wait(partial(remote.read, lambda name: name == 'width'), nodes.spin)
    assert read.values == {'width': 2}
    described = remote.wait(partial(remote.describe, ['width']), nodes.spin)
    assert described.values['width'].name == 'width'


def test_a_set_is_never_made_twice(nodes: Nodes) -> None:
    """What somebody else sets meanwhile would be overrun."""
    other = nodes.add('counting')
    other.declare_parameter('width', 4)
    sets: list[list[Any]] = []

    def count(parameters: list[Parameter]) -> SetParametersResult:
        sets.append([parameter.value for parameter in parameters])
        return SetParametersResult(successful=True)

    other.add_on_set_parameters_callback(count)
    remote = nodes.remote('counting', limit_s=LONG_S, ask_again_s=0.0)
    assert remote.wait(partial(remote.set, {'width': 2}), nodes.spin).successful
    for _ in range(20):
        nodes.spin()
    assert [values for values in sets if values] == [[2]]


def test_a_refusal_has_the_reason_of_the_node(nodes: Nodes) -> None:
    other = nodes.add('refusing')
    other.declare_parameter('width', 4)
    other.add_on_set_parameters_callback(
        lambda parameters: SetParametersResult(successful=False, reason='not today')
    )
    remote = nodes.remote('refusing', limit_s=LONG_S, ask_again_s=1.0)
    answer = remote.wait(partial(remote.set, {'width': 2}), nodes.spin)
    assert answer == Answer(False, 'not today', refused=True)
    assert other.get_parameter('width').value == 4


def test_a_node_that_is_not_there_is_said_at_once(nodes: Nodes) -> None:
    answers: list[Answer] = []
    nodes.remote('nobody', limit_s=LONG_S).set({'width': 2}, answers.append)
    assert answers == [Answer(False, 'nobody is not there')]


def test_a_call_that_may_be_repeated_waits_for_the_node(nodes: Nodes) -> None:
    remote = nodes.remote('late', limit_s=LONG_S, ask_again_s=0.2)
    answers: list[Answer] = []
    remote.get(['width'], answers.append)
    for _ in range(10):
        nodes.spin()
    assert not answers
    nodes.add('late').declare_parameter('width', 3)
    while not answers:
        nodes.spin()
    assert answers[0].values == {'width': 3}


def test_a_node_that_never_comes_ends_the_call(nodes: Nodes) -> None:
    remote = nodes.remote('never', limit_s=0.3, ask_again_s=0.1)
    answer = remote.wait(partial(remote.get, ['width']), nodes.spin)
    assert answer == Answer(False, 'never was not there within 0.3 s')


class Deaf:
    """A server of `get_parameters` that answers nobody, until told to."""

    def __init__(self, node: Node) -> None:
        node.create_service(GetParameters, f'{node.get_name()}/get_parameters', self._answer)
        self.asked = 0

    def _answer(
        self, request: GetParameters.Request, response: GetParameters.Response
    ) -> GetParameters.Response:
        self.asked += 1
        return response


def test_a_call_ends_once_although_it_was_answered_twice(nodes: Nodes) -> None:
    other = nodes.add('twice', start_parameter_services=False)
    server = Deaf(other)
    # It asks again each time that it looks: before the first answer comes.
    remote = nodes.remote('twice', limit_s=LONG_S, ask_again_s=0.0)
    answers: list[Answer] = []
    remote.get([], answers.append)
    while not answers:
        nodes.spin()
    asked = server.asked
    for _ in range(20):
        nodes.spin()
    assert len(answers) == 1
    assert server.asked >= asked >= 1


def test_a_silent_node_is_asked_again_until_the_time_is_over(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = nodes.add('silent', start_parameter_services=False)
    server = Deaf(other)
    remote = nodes.remote('silent', limit_s=2.0, ask_again_s=0.1)
    # The answers get lost, as those of a server that has not met the client yet.
    finished: list[object] = []
    monkeypatch.setattr(remote, '_finish', lambda call, done: finished.append(done))
    answer = remote.wait(partial(remote.get, []), nodes.spin)
    assert answer == Answer(False, 'silent did not answer within 2 s')
    assert server.asked > 1


def test_an_answer_that_makes_no_sense_ends_the_call(nodes: Nodes) -> None:
    other = nodes.add('odd', start_parameter_services=False)

    def describe(
        request: DescribeParameters.Request, response: DescribeParameters.Response
    ) -> DescribeParameters.Response:
        return response  # of fewer parameters than it was asked for

    other.create_service(DescribeParameters, 'odd/describe_parameters', describe)
    remote = nodes.remote('odd', limit_s=LONG_S, ask_again_s=1.0)
    answer = remote.wait(partial(remote.describe, ['width']), nodes.spin)
    assert not answer.successful
    assert 'odd gave an answer that makes no sense' in answer.reason


def test_values_have_the_type_that_they_were_given_with(nodes: Nodes) -> None:
    other = nodes.add('typed')
    other.declare_parameter('rate_hz', 10.0)
    remote = nodes.remote('typed', limit_s=LONG_S, ask_again_s=1.0)
    assert not remote.wait(partial(remote.set, {'rate_hz': 5}), nodes.spin).successful
    assert remote.wait(partial(remote.set, {'rate_hz': 5.0}), nodes.spin).successful
    assert other.get_parameter('rate_hz').type_ == Parameter.Type.DOUBLE
