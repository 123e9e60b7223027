# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""CPU time of the resource_monitor node with one subscriber, as a manager is."""

import time

import rclpy
from rclpy.executors import SingleThreadedExecutor

from benchmark.board.orin_tree import write_orin_tree
from benchmark.board.ros_monitor import MonitorProcess
from benchmark.board.settings import Settings
from benchmark.figure import Value
from benchmark.ros.environment import set_environment
from dyn_perception.msg import BoardState

_RATE_HZ = 10.0
_SECONDS = 30.0
_WARM_UP = 20  # messages before the measurement: discovery and first times are over


def measure(settings: Settings) -> dict[str, Value]:
    """Run the node for 30 s at 10 Hz."""
    set_environment()
    root = settings.scratch / 'orin'
    write_orin_tree(root)
    states: list[BoardState] = []
    rclpy.init()
    executor = SingleThreadedExecutor()
    node = rclpy.create_node('observer')
    node.create_subscription(BoardState, 'board_state', states.append, 10)
    executor.add_node(node)
    try:
        with MonitorProcess(root, settings.scratch / 'monitor.log', rate_hz=_RATE_HZ) as monitor:
            while len(states) < _WARM_UP:
                monitor.check()
                executor.spin_once(1.0)
            states.clear()
            start_s, before_s = time.monotonic(), monitor.cpu_s
            while (passed_s := time.monotonic() - start_s) < _SECONDS:
                executor.spin_once(_SECONDS - passed_s)
            used_s = monitor.cpu_s - before_s
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown()
    rate_hz = len(states) / passed_s
    if abs(rate_hz / _RATE_HZ - 1) > 0.05:
        raise RuntimeError(f'board_state came at {rate_hz:.2f} Hz instead of {_RATE_HZ:g} Hz')
    return {'monitor_cpu_percent': 100 * used_s / passed_s, 'monitor_rate_hz': rate_hz}
