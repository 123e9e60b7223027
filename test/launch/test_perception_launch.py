# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The launch file, run by the real launch and launch_ros."""

import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import psutil
import pytest
import rclpy
from launch.actions import SetEnvironmentVariable
from launch.launch_description_sources import get_launch_description_from_python_launch_file
from rclpy import Context

from dyn_perception.msg import BoardState, ManagerState, PerceptionResult
from dyn_perception.share import config_path
from launch import LaunchDescription
from support.images import random_pixels
from support.node_process import END_WITH_PARENT, LIMIT_S
from support.ros_client import RosClient

TRANSPORT_VARIABLES = (
    'FASTDDS_DEFAULT_PROFILES_FILE',
    'FASTRTPS_DEFAULT_PROFILES_FILE',
    'FASTDDS_BUILTIN_TRANSPORTS',
)
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def launch_file() -> Path:
    """Return the installed launch file."""
    return config_path('fastdds_profile.xml').parents[1] / 'launch' / 'perception.launch.py'


@pytest.fixture
def start_launch(launch_file: Path, tmp_path: Path) -> Iterator[Launch]:
    """Return a function that launches with arguments; all processes end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        program = [*END_WITH_PARENT, sys.executable, '-m', 'support.run_launch']
        command = [*program, str(launch_file), *arguments]
        started.append(
            subprocess.Popen(
                command,
                cwd=Path(__file__).parents[1],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        for child in psutil.Process(process.pid).children() if process.poll() is None else []:
            child.terminate()
        process.terminate()
        process.wait(LIMIT_S)


@pytest.fixture
def client(ros_domain_id: int) -> Iterator[RosClient]:
    """Return the other end of the launched nodes."""
    context = Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    client = RosClient(context)
    yield client
    client.close()
    rclpy.shutdown(context=context)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return an untrained bundle."""
    from support.bundles import write_test_bundle

    return write_test_bundle(tmp_path / 'bundle')


def description(launch_file: Path) -> LaunchDescription:
    """Return what the launch file describes in the present environment."""
    return get_launch_description_from_python_launch_file(str(launch_file))


def test_arguments_are_documented(launch_file: Path) -> None:
    arguments = {item.name: item for item in description(launch_file).get_launch_arguments()}
    assert list(arguments) == [
        'namespace', 'params_file', 'image_topic', 'use_sim_time', 'log_level', 'source',
        'monitor', 'manager', 'profile', 'target_fps', 'power_budget_w', 'max_temperature_c',
        'min_accuracy', 'objective', 'simulated_board', 'board_root',
    ]  # fmt: skip
    for argument in arguments.values():
        assert argument.description
        assert argument.default_value is not None


def test_transport_is_set_under_both_names(
    launch_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in TRANSPORT_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    actions = [
        item for item in description(launch_file).entities
        if isinstance(item, SetEnvironmentVariable)
    ]  # fmt: skip
    settings = {action.name[0].text: Path(action.value[0].text) for action in actions}
    assert settings == dict.fromkeys(
        TRANSPORT_VARIABLES[:2], launch_file.parents[1] / 'config' / 'fastdds_profile.xml'
    )
    assert all(path.is_file() for path in settings.values())


@pytest.mark.parametrize('variable', TRANSPORT_VARIABLES)
def test_transport_of_the_user_is_kept(
    launch_file: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in TRANSPORT_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, 'mine')
    entities = description(launch_file).entities
    assert not any(isinstance(item, SetEnvironmentVariable) for item in entities)


def test_nodes_run_with_the_arguments(
    start_launch: Launch, client: RosClient, bundle: Path, tmp_path: Path
) -> None:
    frames = tmp_path / 'frames'
    frames.mkdir()
    cv2.imwrite(str(frames / '0.png'), random_pixels())
    params_file = tmp_path / 'params.yaml'
    params_file.write_text(
        f'/**/perception:\n  ros__parameters:\n    model: {bundle}\n    width: 2\n'
        '/**/image_source:\n  ros__parameters:\n    rate_hz: 20\n'
        '/**/manager:\n  ros__parameters:\n    dry_run: true\n'
    )
    process = start_launch(
        'namespace:=left',
        f'params_file:={params_file}',
        'image_topic:=camera/image',
        f'source:={frames}',
        'log_level:=warn',
        'target_fps:=7',
    )
    results = client.listen(PerceptionResult, '/left/perception/result')
    client.spin_until(lambda: len(results) > 3, 'results')
    assert results[0].operating_point.width == 2
    assert client.get_parameters('/left/image_source', 'rate_hz', 'use_sim_time') == [20.0, False]
    topics = dict(client.node.get_topic_names_and_types())
    assert '/left/camera/image' in topics
    assert '/left/image_raw' not in topics
    values = ['target_fps', 'dry_run', 'objective', 'profile']
    assert client.get_parameters('/left/manager', *values) == [7.0, True, 'accuracy', '']
    states = client.listen(ManagerState, '/left/manager/state')
    client.spin_until(lambda: any(state.frames for state in states), 'the manager in the loop')
    nodes = psutil.Process(process.pid).children()
    assert len(nodes) == 4
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, output
    assert 'Traceback' not in output
    assert 'is not known' not in output
    assert not [node for node in nodes if node.is_running()]


def test_perception_starts_alone_on_simulated_time(
    start_launch: Launch, client: RosClient, bundle: Path, tmp_path: Path
) -> None:
    params_file = tmp_path / 'params.yaml'
    params_file.write_text(f'/**:\n  ros__parameters:\n    model: {bundle}\n')
    process = start_launch(
        'use_sim_time:=true', f'params_file:={params_file}', 'manager:=false', 'monitor:=false'
    )
    assert client.get_parameters('/perception', 'use_sim_time', 'width') == [True, 4]
    assert len(psutil.Process(process.pid).children()) == 1
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, output


def test_nodes_run_on_a_simulated_board(
    start_launch: Launch, client: RosClient, bundle: Path, tmp_path: Path
) -> None:
    params_file = tmp_path / 'params.yaml'
    params_file.write_text(f'/**/perception:\n  ros__parameters:\n    model: {bundle}\n')
    root = tmp_path / 'board'
    process = start_launch(
        f'params_file:={params_file}', 'simulated_board:=jetson_nano', f'board_root:={root}'
    )
    readings = client.listen(BoardState, '/board_state')
    client.spin_until(lambda: bool(readings), 'a board state')
    assert 'Jetson Nano' in readings[0].board
    assert client.set_parameters('/resource_monitor', **{'gpu.max_mhz': 640}).successful
    assert client.get_parameters('/resource_monitor', 'gpu.max_mhz') == [614.4]
    assert client.get_parameters('/manager', 'profile') == ['jetson_nano']
    assert client.get_parameters('/perception', 'simulated_board') == [str(root)]
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, output
    assert not root.exists()


def test_tree_is_told_from_the_one_before_though_its_inode_is_used_again(
    launch_file: Path, tmp_path: Path
) -> None:
    marker = runpy.run_path(str(launch_file))['marker']
    seen = {marker(str(tmp_path))}
    for _ in range(4):
        file = tmp_path / '.dyn_perception_simulated_board'
        file.touch()
        seen.add(marker(str(tmp_path)))
        file.unlink()
        time.sleep(0.02)  # the kernel's stamps have a grain of some milliseconds
    assert len(seen) == 5


@pytest.mark.parametrize(
    ('argument', 'reason'),
    [
        ('params_file:=/no/such/file.yaml', 'params_file /no/such/file.yaml does not exist'),
        ('use_sim_time:=perhaps', '"perhaps" is not valid'),
        ('log_level:=loud', '"loud" is not valid'),
        ('manager:=maybe', '"maybe" is not valid'),
        ('objective:=fun', '"fun" is not valid'),
    ],
)
def test_wrong_argument_is_refused_with_the_reason(
    start_launch: Launch, argument: str, reason: str
) -> None:
    process = start_launch(argument)
    output, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    assert reason in output
