# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS side of the demo: it hears the nodes, and makes plain values of their messages."""

import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

from dyn_perception.demo.observations import (
    Board,
    Event,
    Goal,
    Network,
    Processor,
    Result,
    ShownFrame,
)
from dyn_perception.demo.statistics import RunStatistics
from dyn_perception.images.decoding import decode_image
from dyn_perception.msg import (
    BoardState,
    ClassLabels,
    ClusterState,
    GpuState,
    ManagerState,
    PerceptionResult,
    Truth,
)
from dyn_perception.nodes.common.images import from_message
from dyn_perception.processors.names import ANY_CPU, CORES_OF, loaded_processor

# A result must not be lost in the demo itself, however long the terminal takes.
_COUNTED = QoSProfile(depth=1000)
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
_STATES = 10  # that may wait
_SECOND_NS = 10**9
_WINDOW_S = 1.0  # that loads are averaged over: readings of a tenth of a second jump
_KEPT_EVENTS = 60
_MHZ = 0.1  # float32 does not hold each clock exactly
_STATUS = {
    ManagerState.STATUS_DISABLED: 'off',
    ManagerState.STATUS_WAITING: 'waiting',
    ManagerState.STATUS_MET: 'met',
    ManagerState.STATUS_AT_RISK: 'at risk',
    ManagerState.STATUS_INFEASIBLE: 'infeasible',
    ManagerState.STATUS_STANDBY: 'standby',
}


class RosThread:
    """Spins nodes in a thread beside the terminal, from entering to leaving its context.

    Signals stay with Python: the demo has processes to end when one comes.
    """

    def __init__(self) -> None:
        """Initialise rclpy."""
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._executor = SingleThreadedExecutor()
        self._thread = threading.Thread(target=self._spin, name='ros', daemon=True)
        self._nodes: list[Node] = []
        self._error: Exception | None = None

    def add(self, node: Node) -> None:
        """Spin a node; it is destroyed at the end."""
        self._nodes.append(node)
        self._executor.add_node(node)

    def check(self) -> None:
        """Raise the error that ended the thread, if any."""
        if self._error is not None:
            raise self._error

    def __enter__(self) -> 'RosThread':
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        rclpy.try_shutdown()  # wakes the thread
        self._thread.join(1.0)
        if not self._thread.is_alive():
            for node in self._nodes:
                node.destroy_node()

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            pass
        except Exception as error:
            self._error = error


class Observer(Node):
    """Collects what perception and image_source publish; `spin` it in a thread of its own."""

    def __init__(self, namespace: str, show_frames: bool) -> None:
        """Start to watch the nodes of a namespace.

        Args:
            namespace: of image_source and perception.
            show_frames: whether `shown_frame` is wanted; images are not received otherwise.
        """
        super().__init__('demo', namespace=namespace)
        self.network: Network | None = None
        self.statistics = RunStatistics()
        self.start_s: float | None = None  # arrival of the first result, monotonic clock
        self._images: deque[bytes] = deque(maxlen=4)
        self._shown: ShownFrame | None = None
        self.create_subscription(ClassLabels, 'perception/labels', self._receive_labels, _LATCHED)
        self.create_subscription(
            PerceptionResult, 'perception/result', self._receive_result, _COUNTED
        )
        self.create_subscription(Truth, 'image_source/truth', self._receive_truth, _COUNTED)
        if show_frames:
            # Kept as bytes: only the few that are shown are worth the work of decoding.
            self.create_subscription(Image, 'image_raw', self._receive_image, _IMAGE, raw=True)

    def shown_frame(self) -> ShownFrame | None:
        """Return the newest frame with a result that is at hand; None before the first."""
        recent = self.statistics.snapshot(time.monotonic()).recent
        for data in reversed(tuple(self._images)):
            message = deserialize_message(data, Image)
            result = recent.get(_stamp(message))
            if result is not None:
                self._shown = ShownFrame(decode_image(from_message(message)), result)
                break
        return self._shown

    def _receive_labels(self, message: ClassLabels) -> None:
        self.network = Network(
            message.model, message.architecture, message.groups, tuple(message.labels)
        )

    def _receive_result(self, message: PerceptionResult) -> None:
        arrival = time.monotonic()
        self.statistics.add_result(_result(message), arrival)
        if self.start_s is None:
            self.start_s = arrival

    def _receive_image(self, data: bytes) -> None:
        self._images.append(data)

    def _receive_truth(self, message: Truth) -> None:
        self.statistics.add_truth(_stamp(message), tuple(message.labels))


class LoopWatch:
    """Keeps the newest state of board and manager, and what changed."""

    def __init__(self, node: Node, statistics: RunStatistics) -> None:
        """Listen with a node whose namespace has the others; `statistics` knows the results."""
        self.board: Board | None = None
        self.goal: Goal | None = None
        self.events: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self._statistics = statistics
        self._start = time.monotonic()
        self._operating_point: tuple[int, str] | None = None
        self._loads: deque[tuple[int, dict[str, float]]] = deque()
        node.create_subscription(BoardState, 'board_state', self._take_board, _STATES)
        node.create_subscription(ManagerState, 'manager/state', self._take_manager, _STATES)

    def restart(self) -> None:
        """Count the time of events from now on."""
        self._start = time.monotonic()
        self.events.clear()
        self._operating_point = None

    def add_event(self, kind: str, text: str) -> None:
        """Note that something changed; called from any thread."""
        self.events.append(Event(time.monotonic() - self._start, kind, text))

    def note_operating_point(self) -> None:
        """Note what changed in the newest result; for where no manager explains it."""
        results = list(self._statistics.snapshot(time.monotonic()).recent.values())
        if not results:
            return
        width, placement = point = (results[-1].width, results[-1].placement)
        before, self._operating_point = self._operating_point, point
        if before is None:
            return
        if before[0] != width:
            self.add_event('clock', f'width {before[0]} → {width}')
        if before[1] != placement:
            self.add_event('clock', f'placement {before[1]} → {placement}')

    def _take_board(self, message: BoardState) -> None:
        stamp = _stamp(message)
        loads = {_cluster_name(item): item.load for item in message.clusters}
        loads |= {gpu.name: gpu.load for gpu in message.gpus}
        self._loads.append((stamp, loads))
        while self._loads[0][0] < stamp - _WINDOW_S * _SECOND_NS:
            self._loads.popleft()
        means = {
            name: sum(past.get(name, load) for _, past in self._loads) / len(self._loads)
            for name, load in loads.items()
        }
        before, self.board = self.board, _board(message, means, self._own_loads(message, stamp))
        if before is not None:
            self._note_limits(before, self.board)

    def _own_loads(self, message: BoardState, stamp: int) -> dict[str, float]:
        """Return the share of each processor that the frames of the window took."""
        clusters = {_cluster_name(item): item.cores for item in message.clusters}
        # Seconds of work that a second of full load has: the cores that are switched on.
        units = {_cluster_name(item): max(1, len(item.online)) for item in message.clusters}
        all_cores = sum(units.values())
        units |= {gpu.name: 1 for gpu in message.gpus}
        own = dict.fromkeys(units, 0.0)
        for result in self._statistics.snapshot(time.monotonic()).recent.values():
            if result.stamp <= stamp - _WINDOW_S * _SECOND_NS:
                continue
            for busy, seconds in result.busy_s.items():
                name = loaded_processor(busy, clusters)
                if name in own:
                    own[name] += seconds / _WINDOW_S / units[name]
                elif name == ANY_CPU:  # on whatever cores: most likely on all alike
                    for cluster in clusters:
                        own[cluster] += seconds / _WINDOW_S / all_cores
        return own

    def _note_limits(self, before: Board, after: Board) -> None:
        limits = {processor.name: processor.limit_mhz for processor in before.processors}
        for processor in after.processors:
            # Not after the manager's own changes, which it explains itself.
            is_own = self.goal is not None and processor.parameter not in self.goal.held
            limit = limits.get(processor.name, math.nan)
            if not is_own and abs(processor.limit_mhz - limit) > _MHZ:  # false for NaN
                text = f'{processor.name} may run at up to {processor.limit_mhz:.0f} MHz'
                self.add_event('clock', text)
        if after.throttled and not before.throttled:
            self.add_event('clock', f'the board throttles at {after.temperature_c:.1f} °C')

    def _take_manager(self, message: ManagerState) -> None:
        before, self.goal = self.goal, _goal(message)
        change = self.goal.change_since(before)
        if change:
            self.add_event('manager', change)
        for parameter in self.goal.held:
            if before is not None and parameter not in before.held:
                self.add_event('clock', f'{parameter} is held: it was set from outside')


def _stamp(message: BoardState | Image | PerceptionResult | Truth) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * _SECOND_NS + int(stamp.nanosec)


def _result(message: PerceptionResult) -> Result:
    region = message.regions[message.best_region]
    return Result(
        stamp=_stamp(message),
        label=region.label,
        score=region.score,
        scores=tuple(region.scores),
        width=message.operating_point.width,
        queueing_ms=message.queueing_ms,
        preprocessing_ms=message.preprocessing_ms,
        inference_ms=message.inference_ms,
        latency_ms=message.latency_ms,
        regions=tuple(region.label for region in message.regions),
        best_region=message.best_region,
        columns=message.columns,
        placement=message.operating_point.placement,
        host_excess_ms=message.host_excess_ms,
        busy_s={time.processor: time.busy_s for time in message.busy_time},
        dropped=message.dropped,
    )


def _board(message: BoardState, loads: Mapping[str, float], own: Mapping[str, float]) -> Board:
    """Return what is shown of a board.

    Args:
        message: its newest state.
        loads: mean load of the last time by processor, 0...1.
        own: the part of it that is of the perception node, by processor.
    """
    processors = [
        *(_processor(item, _cluster_name(item), loads, own) for item in message.clusters),
        *(_processor(item, item.name, loads, own) for item in message.gpus),
    ]
    return Board(
        name=message.board,
        processors=tuple(processors),
        power_w=message.total_power_w,
        temperature_c=message.hottest_c,
        throttled=message.throttled,
    )


def _cluster_name(cluster: ClusterState) -> str:
    """Return the name of a cluster in placements; of the only kind of core there is, `cpu`."""
    return ANY_CPU if cluster.name == ANY_CPU else f'{CORES_OF}{cluster.name}'


def _processor(
    item: ClusterState | GpuState, name: str, loads: Mapping[str, float], own: Mapping[str, float]
) -> Processor:
    load = loads[name]
    knob = f'cpu.{item.name}' if isinstance(item, ClusterState) else item.name
    return Processor(
        name=name,
        load=load,
        others=max(0.0, load - own.get(name, 0.0)),
        clock_mhz=item.clock_mhz,
        limit_mhz=item.limit_mhz,
        maximum_mhz=item.maximum_mhz,
        parameter=f'{knob}.max_mhz' if item.limit_settable else '',
    )


def _goal(message: ManagerState) -> Goal:
    """Return what is shown of the manager."""
    return Goal(
        status=_STATUS.get(message.status, f'status {message.status}'),
        held=tuple(knob.parameter for knob in message.knobs if knob.held),
        wanted={knob.parameter: knob.wanted for knob in message.knobs if knob.wanted},
        is_in_force=all(knob.applied == knob.wanted for knob in message.knobs if knob.wanted),
        changes=message.changes,
        change_reason=message.change_reason,
    )
