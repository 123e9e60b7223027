# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated Jetson Nano against 12 measured points, through the nodes that a user has."""

import statistics
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from rcl_interfaces.srv import GetParameters, SetParameters
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from benchmark.board.settings import Settings
from benchmark.figure import Value
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess
from dyn_perception.msg import BoardState
from dyn_perception.simulation.modelled_work import ModelledWork
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.workload import Workload, published_workload


class Row(NamedTuple):
    """A measured point: clock of the GPU, power at the wall, median latency."""

    clock_mhz: float
    power_w: float
    latency_ms: float


# github.com/emwjacobson/JetsonEfficiencyTesting: MobileNet with Triton, batch 1, full use, CPU
# pinned at 1479 MHz, external meter.
ROWS = (
    Row(76.8, 3.01, 234.7),
    Row(153.6, 3.34, 119.3),
    Row(230.4, 3.71, 81.2),
    Row(307.2, 4.12, 61.5),
    Row(384.0, 4.42, 50.3),
    Row(460.8, 4.76, 42.8),
    Row(537.6, 5.08, 37.3),
    Row(614.4, 5.50, 33.3),
    Row(691.2, 6.04, 30.7),
    Row(768.0, 6.54, 28.2),
    Row(844.8, 7.16, 26.4),
    Row(921.6, 7.80, 24.7),
)
_GPU = 'gpu'
_FRAMES = 12
_SECONDS = 2.0
_LIMIT_S = 60.0
_CODE = 'import sys; from dyn_perception.nodes.{}.node import main; sys.exit(main())'


def measure(settings: Settings) -> dict[str, Value]:
    """Set each clock, run the workload back to back, and read the board's state."""
    set_environment()
    root = settings.scratch / 'nano'
    board = NodeProcess(
        ['-c', _CODE.format('simulated_board')],
        settings.scratch / 'simulated_board.log',
        parameters={'board': 'jetson_nano', 'root': str(root)},
    )
    with board:
        processors = SimulatedProcessors(root, wait_s=_LIMIT_S)
        board.check()
        monitor = NodeProcess(
            ['-c', _CODE.format('resource_monitor')],
            settings.scratch / 'monitor.log',
            parameters={'sysfs_root': str(root)},
            environment={'DYN_PERCEPTION_RUNTIME_DIR': str(_private(settings.scratch / 'run'))},
        )
        with monitor, _Client() as client:
            workload = published_workload(processors.description, 'mobilenet_triton')
            work = ModelledWork(processors)
            points = [_run(client, work, workload, row) for row in ROWS]
            work.close()
            monitor.check()
        board.check()
    latency_errors = [abs(point[0] / row.latency_ms - 1) for row, point in _pairs(points)]
    power_errors = [abs(point[1] / row.power_w - 1) for row, point in _pairs(points)]
    return {
        'nano_latency_error': max(latency_errors),
        'nano_power_error': max(power_errors),
        'nano_latency_ms': [point[0] for point in points],
        'nano_power_w': [point[1] for point in points],
    }


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _pairs(points: list[tuple[float, float]]) -> list[tuple[Row, tuple[float, float]]]:
    return list(zip(ROWS, points, strict=True))


def _run(
    client: '_Client', work: ModelledWork, workload: Workload, row: Row
) -> tuple[float, float]:
    """Return the median latency (ms) and power (W) at one clock."""
    applied = client.set_clock(row.clock_mhz)
    if abs(applied / row.clock_mhz - 1) > 1e-6:
        raise RuntimeError(f'{row.clock_mhz} MHz became {applied} MHz')
    latencies: list[float] = []
    ending = threading.Event()

    def run_frames() -> None:
        start = time.monotonic()
        while not ending.is_set():
            before = time.monotonic()
            work.begin()
            work.run_group(workload, _GPU, 1, lambda: None)
            work.end()
            latencies.append((time.monotonic() - before) * 1e3)
            if len(latencies) >= _FRAMES and time.monotonic() - start >= _SECONDS:
                break

    thread = threading.Thread(target=run_frames)
    thread.start()
    try:
        powers = client.powers_while(thread.is_alive)
    finally:
        ending.set()
        thread.join()
    # The first fifth is where clock and load change.
    return (
        statistics.median(latencies[len(latencies) // 5 :]),
        statistics.median(powers[len(powers) // 5 :]),
    )


class _Client:
    """The other end of the resource monitor."""

    def __init__(self) -> None:
        self._context = Context()
        self._context.init()
        self._node = Node('board_benchmark', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._powers: list[float] = []
        self._node.create_subscription(BoardState, 'board_state', self._take, 10)
        self._setter = self._node.create_client(SetParameters, 'resource_monitor/set_parameters')
        self._getter = self._node.create_client(GetParameters, 'resource_monitor/get_parameters')
        for client in (self._setter, self._getter):
            if not client.wait_for_service(_LIMIT_S):
                raise RuntimeError('the resource monitor offers no parameters')

    def set_clock(self, mhz: float) -> float:
        """Set the limit of the GPU and return what the parameter says afterwards."""
        value = Parameter('gpu.max_mhz', value=mhz).to_parameter_msg()
        answer = self._call(self._setter, SetParameters.Request(parameters=[value]))
        if not answer.results[0].successful:
            raise RuntimeError(f'{mhz} MHz was refused: {answer.results[0].reason}')
        answer = self._call(self._getter, GetParameters.Request(names=['gpu.max_mhz']))
        return float(answer.values[0].double_value)

    def _take(self, state: BoardState) -> None:
        self._powers.append(state.total_power_w)

    def powers_while(self, condition: Any) -> list[float]:
        """Return the power of each message that arrives while a condition holds (W)."""
        self._powers.clear()
        while condition():
            self._executor.spin_once(timeout_sec=0.05)
        if not self._powers:
            raise RuntimeError('no board_state arrived')
        return self._powers.copy()

    def _call(self, client: Any, request: Any) -> Any:
        future = client.call_async(request)
        deadline = time.monotonic() + _LIMIT_S
        while not future.done():
            if time.monotonic() > deadline:
                raise RuntimeError('the resource monitor does not answer')
            self._executor.spin_once(timeout_sec=0.05)
        return future.result()

    def __enter__(self) -> '_Client':
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        self._context.try_shutdown()
