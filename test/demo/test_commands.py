# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The commands that the demo names, and the one for environments without `ros2`."""

import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from dyn_perception.demo.commands import program_command, set_command
from dyn_perception.demo.competition import Program
from dyn_perception.demo.loop_observations import Board, Processor
from dyn_perception.demo.set_parameter import main
from dyn_perception.demo.stage import Stage

BOARD = Board(
    'Nano',
    (
        Processor('cpu:a57', maximum_mhz=1479.0, parameter='cpu.a57.max_mhz'),
        Processor('gpu', maximum_mhz=921.6, parameter='gpu.max_mhz'),
    ),
)


@pytest.fixture(params=[True, False])
def has_ros2(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(shutil, 'which', lambda name: '/bin/ros2' if request.param else None)
    return bool(request.param)


def test_the_command_that_sets_is_one_that_is_there(has_ros2: bool) -> None:
    assert set_command('/demo_1/perception', 'width', '2') == (
        'ros2 param set /demo_1/perception width 2'
        if has_ros2
        else 'make set NODE=/demo_1/perception PARAMETER=width VALUE=2'
    )


def test_the_program_is_named_where_another_terminal_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'prefix', str(tmp_path / '.venv'))
    monkeypatch.chdir(tmp_path)
    assert program_command() == 'dyn-perception'
    (tmp_path / '.venv/bin').mkdir(parents=True)
    (tmp_path / '.venv/bin/dyn-perception').touch()
    assert program_command() == '.venv/bin/dyn-perception'
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    assert program_command() == 'dyn-perception'


@pytest.mark.parametrize('has_ros2', [True], indirect=True)
@pytest.mark.parametrize(
    ('board', 'has_manager', 'command'),
    [
        (BOARD, True, 'ros2 param set /demo_1/resource_monitor gpu.max_mhz 461'),
        (
            Board('', (Processor('cpu', 0.5),)),
            True,
            'ros2 param set /demo_1/manager target_fps 10',
        ),
        (None, False, 'ros2 param set /demo_1/perception width 2'),
    ],
)
def test_hints_name_nodes_and_root(
    has_ros2: bool, board: Board | None, has_manager: bool, command: str
) -> None:
    stage = Stage('', (2, 3), 'gpu', Program('demo.simulated_competitor', ()), 'half of the gpu',
                  root=Path('/tmp/nano_1'))  # fmt: skip
    hints = stage.hints('demo_1', board, has_manager)
    assert hints[0] == command
    assert hints[1].endswith('dyn-perception board --load gpu=0.5 --root /tmp/nano_1')


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
    ],
)
def test_refuses_what_cannot_be(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
