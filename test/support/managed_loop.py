# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Perception whose pace a test sets, a resource monitor on a written tree, and managers."""

import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from rclpy.publisher import Publisher
from rclpy.timer import Timer
from sensor_msgs.msg import Image

from dyn_perception.msg import ManagerState
from support.images import image_message
from support.limit_tree import GPU, GPU_PATH, make_tree, read_limits
from support.node_process import NodeProcess
from support.paced_perception import PACE_VARIABLE
from support.ros_client import RosClient
from support.shared_memory import lost_ports

PERIOD_S = 1 / 10
TARGETS = {'target_fps': 10}
"""A frame has 100 ms; at 10 ms a group all widths are on time, at 35 ms only widths 1 and 2.

What is to be late is late on every machine; what is to be on time has 30 ms to spare.
"""
EASY_MS, HARD_MS = 10.0, 35.0


class ManagedLoop:
    """The nodes of one test; images come while the client waits for something.

    Attributes:
        camera: timer of the images of `image_raw`, stamped with the time.
        clock_ahead_s: how far the wall clock of the managers is ahead of that of the test (s).
    """

    def __init__(self, client: RosClient, domain_id: int, bundle: Path, folder: Path):
        self.client = client
        self.bundle = bundle
        self.root = folder / 'board'
        self.profile = folder / 'profile.yaml'
        self._domain_id = domain_id
        self._started: list[NodeProcess] = []
        self._pace = folder / 'pace'
        self._image = image_message()
        self.clock_ahead_s = 0
        self._cameras: dict[str, tuple[Publisher, Timer]] = {}
        self.camera = self.start_camera('image_raw')
        self.set_pace(EASY_MS)

    def start_camera(self, topic: str) -> Timer:
        """Let images of a topic come, and return the timer that they come by."""
        publisher = self.client.publisher(Image, topic, matched=False)

        def publish() -> None:
            self._image.header.stamp = self.client.node.get_clock().now().to_msg()
            publisher.publish(self._image)

        timer = self.client.node.create_timer(PERIOD_S, publish)
        self._cameras[topic] = publisher, timer
        return timer

    def stop_camera(self, topic: str) -> None:
        """Let a camera die."""
        publisher, timer = self._cameras.pop(topic)
        self.client.node.destroy_timer(timer)
        self.client.node.destroy_publisher(publisher)

    def set_pace(self, ms: float) -> None:
        """Let every group take this long."""
        part = self._pace.with_suffix('.part')
        part.write_text(str(ms))
        part.replace(self._pace)

    def start_perception(
        self, module: str = 'support.paced_perception', **parameters: Any
    ) -> NodeProcess:
        """Start the perception node."""
        return self._start(
            module,
            parameters={'model': str(self.bundle), **parameters},
            environment={PACE_VARIABLE: str(self._pace)},
        )

    def start_monitor(
        self,
        module: str = 'dyn_perception.nodes.resource_monitor.node',
        arguments: Sequence[str] = (),
    ) -> NodeProcess:
        """Start the resource monitor on a board with clock limits."""
        if not self.root.exists():
            make_tree(self.root)
        return self._start(
            module,
            parameters={'sysfs_root': str(self.root)},
            arguments=arguments,
            environment={'DYN_PERCEPTION_RUNTIME_DIR': str(self.root.with_name('run'))},
        )

    def start_manager(
        self,
        *,
        name: str = 'manager',
        environment: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> NodeProcess:
        """Start a manager."""
        return self._start(
            'dyn_perception.nodes.manager.node',
            parameters={**TARGETS, **parameters},
            arguments=['-r', f'__node:={name}'],
            environment=environment,
        )

    def close(self) -> None:
        """End all nodes."""
        for topic in list(self._cameras):
            self.stop_camera(topic)
        for process in self._started:
            if process.is_running():
                process.send_signal(signal.SIGCONT)  # of those that a test stopped
            process.close()
            print(f'--- standard error of node {process.pid}', *process.lines, sep='\n')

    def explain(self) -> None:
        """Print what a failed wait leaves: who ended, who is connected, where the others are."""
        node = self.client.node
        for topic, (publisher, _) in self._cameras.items():
            print('images of', topic, 'go to', publisher.get_subscription_count(), 'nodes')
        print('nodes known here:', sorted(node.get_node_names()))
        for process in self._started:
            if process.is_running():
                print(
                    f'node {process.pid} runs;', 'lost in shared memory:', lost_ports(process.pid)
                )
                # Its threads' stacks come with its standard error, in `close`.
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGABRT)
            else:
                print(f'node {process.pid} ended with status {process.wait()}')

    def _start(
        self, module: str, environment: Mapping[str, str] | None = None, **options: Any
    ) -> NodeProcess:
        process = NodeProcess(
            module,
            domain_id=self._domain_id,
            environment={'PYTHONFAULTHANDLER': '1', **(environment or {})},
            **options,
        )
        self._started.append(process)
        return process

    def gpu_limit(self) -> float:
        """Return the limit of the GPU's clock that the board has (MHz)."""
        return read_limits(self.root)[GPU_PATH]

    def write_profile(
        self,
        model: str = 'test resnet',
        groups: int = 4,
        group_ms: Mapping[str, float] = MappingProxyType({'cpu': EASY_MS}),
    ) -> str:
        """Write operating points, faster at a higher clock of the GPU, and return the path.

        Args:
            model: name of the network.
            groups: of the network.
            group_ms: what a group takes at the highest clock, by placement (ms).
        """
        points = [
            {
                'width': width,
                'placement': placement,
                'clocks': {'gpu': clock},
                **{f'latency_{name}_ms': width * ms * 921.6 / clock + 1
                   for name in ('p50', 'p95', 'p99', 'mean')},
                'latency_deviation_ms': 0.5,
                'frames': 100,
                'idle_power_w': 2.0,
                'busy_power_w': 2.0 + 6 * (clock / 921.6) ** 3,
                'accuracy': 0.5 + 0.1 * width,
            }
            for placement, ms in group_ms.items()
            for width in range(1, groups + 1)
            for clock in (307.2, 614.4, 921.6)
        ]  # fmt: skip
        content = {'format_version': 1, 'model': model, 'groups': groups, 'points': points}
        self.profile.write_text(yaml.safe_dump(content))
        return str(self.profile)

    def states(self, name: str = 'manager') -> list[ManagerState]:
        """Return a list that grows by the manager's states."""
        return self.client.listen(ManagerState, f'{name}/state')

    def wait_for(
        self, states: list[ManagerState], holds: Callable[[ManagerState], bool], what: str
    ) -> ManagerState:
        """Wait for a state, stamped from now on, for which something holds."""
        since_ns = self.client.now_ns() + self.clock_ahead_s * 1_000_000_000
        try:
            state: ManagerState = self.client.wait_for(states, holds, what, since_ns=since_ns)
        except AssertionError:
            print(states[-1:])
            self.explain()
            raise
        return state

    def wait_for_limit(
        self, states: list[ManagerState], holds: Callable[[ManagerState], bool], what: str
    ) -> ManagerState:
        """Wait for a state for which something holds and whose limit the board has.

        The two are read one after the other: a lease may lapse or a limit change in between.
        """

        def holds_on_board(state: ManagerState) -> bool:
            return holds(state) and applied(state, GPU) == f'{self.gpu_limit():g}'

        return self.wait_for(states, holds_on_board, what)


def knob(state: ManagerState, parameter: str) -> Any:
    """Return the state of a knob; None where the manager does not know it."""
    return next((knob for knob in state.knobs if knob.parameter == parameter), None)


def applied(state: ManagerState, parameter: str) -> str:
    """Return the value of a knob in force, '' where it is not known."""
    found = knob(state, parameter)
    return found.applied if found else ''


def is_at_full_width(state: ManagerState) -> bool:
    """Whether the target is met at width 4."""
    return state.status == ManagerState.STATUS_MET and applied(state, 'width') == '4'


def is_met(state: ManagerState, *parameters: str) -> bool:
    """Whether the manager knows knobs, and those have the values that it wants."""
    knobs = [knob(state, parameter) for parameter in parameters]
    return all(entry is not None and entry.applied == entry.wanted != '' for entry in knobs)


def is_held(state: ManagerState, parameter: str, value: str) -> bool:
    """Whether a knob is in a person's hands, with a value in force."""
    found = knob(state, parameter)
    return found is not None and found.held and found.applied == value


def is_narrow(state: ManagerState) -> bool:
    """Whether the manager chose a low width, and it is in force."""
    return is_met(state, 'width') and applied(state, 'width') in ('1', '2')


def limits_clock(state: ManagerState) -> bool:
    """Whether the manager chose a lower clock of the GPU, and it is in force."""
    return is_met(state, GPU) and applied(state, GPU) != '921.6'
