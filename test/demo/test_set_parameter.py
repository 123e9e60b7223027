# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The command that sets a parameter where there is no `ros2`."""

import threading
from collections.abc import Iterator

import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from dyn_perception.demo.set_parameter import main


@pytest.fixture
def other_node(client: object, ros_context: object) -> Iterator[Node]:
    """Return a node with parameters, spinning in a thread."""
    node = Node('other', namespace='demo_1', context=ros_context)
    node.declare_parameter('rate_hz', 30.0)
    node.declare_parameter('width', 4)
    executor = SingleThreadedExecutor(context=ros_context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    yield node
    executor.shutdown()
    thread.join()
    node.destroy_node()


def test_sets_a_parameter(other_node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['/demo_1/other', 'rate_hz', '12.5']) == 0
    assert main(['/demo_1/other/', 'width', '2']) == 0
    values = [other_node.get_parameter(name).value for name in ('rate_hz', 'width')]
    assert values == [12.5, 2]
    assert capsys.readouterr().out == 'set\nset\n'


def test_says_what_the_node_made_of_the_value(
    other_node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    def lower(parameters: list[Parameter]) -> list[Parameter]:
        return [Parameter(item.name, value=614.4) for item in parameters]

    other_node.add_pre_set_parameters_callback(lower)
    assert main(['/demo_1/other', 'rate_hz', '640.0']) == 0
    assert capsys.readouterr().out == 'set, it reads back as 614.4\n'


def test_says_why_a_parameter_was_not_set(
    other_node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['/demo_1/other', 'width', 'wide']) == 1
    assert capsys.readouterr().err.startswith('refused: ')
    assert other_node.get_parameter('width').value == 4


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        (['', '', ''], "'' is no full name of a node"),
        (['perception', 'width', '2'], "'perception' is no full name of a node"),
        (['/perception', '', '2'], 'it is empty'),
        (['/perception', 'width', ''], "'' is no value"),
        (['/perception', 'width', '{a: 1}'], "'{a: 1}' is no value"),
        (['/perception', 'width', '[1, a]'], "'[1, a]' is no value"),
    ],
)
def test_refuses_what_cannot_be(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
