# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the resource_monitor puts every limit back, however and whenever it is stopped."""

import random
import signal
import time
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor

from benchmark.board.orin_tree import write_orin_tree
from benchmark.board.ros_monitor import MonitorProcess
from benchmark.board.settings import Settings
from benchmark.figure import Value
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess
from dyn_perception.board.actuator import Actuator
from dyn_perception.board.board import open_board
from dyn_perception.nodes.common.remote_parameters import Answer, RemoteParameters

_STOPS = 100
_WAYS = ('SIGINT', 'SIGTERM', 'SIGKILL', 'exception')
_LONGEST_RUN_S = 0.5
_FOUND_LIMIT_S = 10.0
_ANSWER_LIMIT_S = 10.0


def measure(settings: Settings) -> dict[str, Value]:
    """Stop the node 100 times while its limits are being set, each way equally often."""
    set_environment()
    randomness = random.Random(0)
    root = settings.scratch / 'restored'
    write_orin_tree(root)
    actuators = open_board(root).actuators()
    ways = [way for way in _WAYS for _ in range(_STOPS // len(_WAYS))]
    randomness.shuffle(ways)
    restored = dict.fromkeys(_WAYS, 0)
    limits_set = 0
    with Setter(actuators, randomness) as setter:
        original = _limits(actuators)
        for way in ways:
            log = settings.scratch / 'restored.log'
            start = {actuator.name: _random_mhz(actuator, randomness) for actuator in actuators}
            with MonitorProcess(root, log, can_fail=True, **start) as monitor:
                limits_set += setter.set_for(randomness.uniform(0, _LONGEST_RUN_S))
                if _limits(actuators) == original:
                    raise RuntimeError('no limit was changed before the stop')
                _stop(monitor, way, root)
            if way == 'SIGKILL':
                with MonitorProcess(root, log) as monitor:
                    restored[way] += _limits(actuators) == original
            else:
                restored[way] += _limits(actuators) == original
    return {
        'restored_share': sum(restored.values()) / len(ways),
        'restored_stops': restored,
        'restored_limits_set': limits_set,
    }


class Setter:
    """Sets random limits as fast as the node answers, every third time with a lease."""

    def __init__(self, actuators: tuple[Actuator, ...], randomness: random.Random) -> None:
        """Connect to ROS."""
        rclpy.init()
        self._actuators = actuators
        self._random = randomness
        self._node = rclpy.create_node('setter')
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)

    def set_for(self, seconds: float) -> int:
        """Set limits for a time and return how many sets were accepted; more may be under way."""
        remote = RemoteParameters(self._node, 'resource_monitor', limit_s=_ANSWER_LIMIT_S)
        accepted = 0

        def take(answer: Answer) -> None:
            nonlocal accepted
            accepted += answer.successful
            if time.monotonic() < end:
                remote.set(self._values(), take)

        found = time.monotonic() + _FOUND_LIMIT_S
        while not remote.is_there() and time.monotonic() < found:
            self._executor.spin_once(0.01)
        end = time.monotonic() + seconds
        remote.set(self._values(), take)
        while time.monotonic() < end:
            self._executor.spin_once(0.001)
        remote.close()
        return accepted

    def _values(self) -> dict[str, float]:
        values = {
            actuator.name: _random_mhz(actuator, self._random) for actuator in self._actuators
        }
        if self._random.random() < 1 / 3:
            values['limit_lease_s'] = self._random.choice((0.05, 2.0))
        return values

    def __enter__(self) -> 'Setter':
        """Return the setter."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave ROS."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown()


def _stop(monitor: NodeProcess, way: str, root: Path) -> None:
    if way != 'exception':
        monitor.stop(signal.Signals[way])
        return
    (root / 'fault').touch()
    status = monitor.wait()
    (root / 'fault').unlink()
    if status != 1:
        raise RuntimeError(f'the fault ended the node with status {status} instead of 1')


def _random_mhz(actuator: Actuator, randomness: random.Random) -> float:
    # Never the highest: the limits differ from the original ones as long as the node runs.
    steps = actuator.steps_mhz
    return randomness.uniform(steps[0], steps[-2])


def _limits(actuators: tuple[Actuator, ...]) -> dict[str, float]:
    return {file.path: file.read() for actuator in actuators for file in actuator.limit_files}
