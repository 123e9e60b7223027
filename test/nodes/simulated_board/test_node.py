# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated_board node as a process, alone and under a resource monitor."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dyn_perception.msg import BoardState
from dyn_perception.simulation.modelled_work import ModelledWork
from dyn_perception.simulation.program import Program
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.workload import published_workload
from support.node_process import NodeProcess
from support.ros_client import RosClient

StartNode = Callable[..., NodeProcess]
STARTED = 'read it with resource_monitor'
NODE = 'simulated_board'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / 'board'


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_node_and_removes_the_tree(
    start_node: StartNode, root: Path, number: signal.Signals
) -> None:
    process = start_node(NODE, parameters={'root': str(root)})
    process.wait_for_line(STARTED)
    assert (root / 'proc/stat').is_file()
    process.send_signal(number)
    assert process.wait() == 0
    assert not root.exists()


def test_a_killed_node_leaves_nothing_that_the_next_one_minds(
    start_node: StartNode, root: Path
) -> None:
    process = start_node(NODE, parameters={'root': str(root)})
    process.wait_for_line(STARTED)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert (root / 'proc/stat').is_file()
    process = start_node(NODE, parameters={'root': str(root), 'board': 'odroid_xu3'})
    process.wait_for_line(STARTED)
    assert (root / 'sys/bus/i2c/drivers/INA231').is_dir()
    assert not (root / 'sys/bus/i2c/drivers/ina3221x').exists()


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        ({'board': 'jetson_nona'}, "board 'jetson_nona' is unknown: choose of jetson_nano"),
        ({'board': '/no/such/board.yaml'}, 'cannot be read'),
        ({'root': '/proc'}, 'is not empty and is no tree of a simulated board'),
        ({'root': '/proc/board'}, 'cannot hold a simulated board'),
        ({'ambient_c': 500}, 'ambient_c 500.0 is out of range'),
    ],
)
def test_what_cannot_be_ends_the_node_with_the_reason(
    start_node: StartNode, root: Path, parameters: dict[str, object], reason: str
) -> None:
    process = start_node(NODE, parameters={'root': str(root), **parameters})
    assert process.wait() == 1
    assert reason in process.lines[-1]
    assert not root.exists()


def test_a_second_board_does_not_take_the_root(start_node: StartNode, root: Path) -> None:
    first = start_node(NODE, parameters={'root': str(root)})
    first.wait_for_line(STARTED)
    second = start_node(NODE, parameters={'root': str(root)})
    assert second.wait() == 1
    assert 'belongs to a simulated board that runs' in second.lines[-1]
    assert (root / 'proc/stat').is_file()


def test_clock_power_heat_and_latency_follow_the_parameter_and_the_load(
    start_node: StartNode, client: RosClient, root: Path, tmp_path: Path
) -> None:
    """What the project promises to a person without a Jetson, but for the network itself."""
    process = start_node(NODE, parameters={'root': str(root)})
    process.wait_for_line(STARTED)
    start_node(
        'resource_monitor',
        parameters={'sysfs_root': str(root), 'rate_hz': 20},
        environment={'DYN_PERCEPTION_RUNTIME_DIR': str(tmp_path / 'run')},
    )
    states: list[BoardState] = client.listen(BoardState, 'board_state')

    def wait_until(condition: Callable[[BoardState], bool], what: str) -> BoardState:
        state: BoardState = client.wait_for(states, condition, what)
        return state

    idle = wait_until(lambda state: state.gpus[0].load < 0.05, 'an idle board')
    assert 1.5 < idle.total_power_w < 2.1
    assert client.set_parameters('resource_monitor', **{'gpu.max_mhz': 640}).successful
    assert client.get_parameters('resource_monitor', 'gpu.max_mhz') == [614.4]
    wait_until(lambda state: abs(state.gpus[0].clock_mhz - 614.4) < 0.1, 'the lower clock')
    with Program(root, ('gpu',)) as program:
        program.occupy({'gpu': 0.5})
        busy = wait_until(lambda state: abs(state.gpus[0].load - 0.5) < 0.02, 'the load')
        assert busy.total_power_w > idle.total_power_w + 0.5
        warm = wait_until(lambda state: state.hottest_c > idle.hottest_c + 0.05, 'a warmer board')
        assert not warm.throttled
        board = SimulatedProcessors(root)
        workload = published_workload(board.description, 'mobilenet_triton')
        work = ModelledWork(board)
        work.begin()
        work.run_group(workload, 'gpu', 1, lambda: None)
        work.end()
        # Its own work takes the time of the lower clock, the competing program as much again.
        assert work.busy_s['gpu'] == pytest.approx(workload.latency_s('gpu', 614.4, 1), rel=1e-3)
        assert board.conditions('gpu').slowdown == 2.0
        work.close()
    wait_until(lambda state: state.gpus[0].load < 0.05, 'the end of the load')
