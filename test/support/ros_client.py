# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The other end of a node under test: publishes, listens and sets parameters over real DDS."""

import math
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    ListParameters,
    SetParametersAtomically,
)
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter, parameter_value_to_python
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from support.node_process import LIMIT_S, NodeProcess

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
CALL_AGAIN_S = 3.0
SENSOR = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


def stamp_ns(message: Any) -> int:
    """Return the stamp of a message with a header (ns)."""
    stamp = message.header.stamp
    return int(stamp.sec * 1_000_000_000 + stamp.nanosec)


class RosClient:
    """A node that is spun only while a test waits for something."""

    def __init__(self, context: rclpy.Context, name: str = 'test_client') -> None:
        """Create the node."""
        self.node = Node(name, context=context, start_parameter_services=False)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self._clients: dict[tuple[type, str], Any] = {}

    def close(self) -> None:
        """Destroy the node."""
        self._executor.shutdown()
        self.node.destroy_node()

    def spin_until(
        self,
        condition: Callable[[], bool],
        what: str,
        *,
        repeat: Callable[[], object] = lambda: None,
        every_s: float = math.inf,
    ) -> None:
        """Handle messages until the condition holds; call `repeat` now and every `every_s`.

        The limit is for what happens between nodes that are up: before, each one that was started
        has a limit of its own to import its modules and to set itself up.
        """
        for process in NodeProcess.open:
            self._spin(process.is_up_or_ended, f'node {process.pid} to say that it is up')
        self._spin(condition, what, repeat, every_s)

    def _spin(
        self,
        condition: Callable[[], bool],
        what: str,
        repeat: Callable[[], object] = lambda: None,
        every_s: float = math.inf,
    ) -> None:
        deadline = time.monotonic() + LIMIT_S
        due = time.monotonic()
        while not condition():
            now = time.monotonic()
            assert now < deadline, f'not within {LIMIT_S} s: {what}'
            if now >= due:
                repeat()
                due = now + every_s
            self._executor.spin_once(timeout_sec=0.02)

    def subscribe(self, message_type: type, topic: str, qos: QoSProfile | int = 100) -> list[Any]:
        """Return a list that grows by the messages of a topic, of publishers to come, too."""
        received: list[Any] = []
        self.node.create_subscription(message_type, topic, received.append, qos)
        return received

    def listen(self, message_type: type, topic: str, qos: QoSProfile | int = 100) -> list[Any]:
        """Return a list that grows by the messages of a topic, once a publisher was found."""
        received: list[Any] = []
        subscription = self.node.create_subscription(message_type, topic, received.append, qos)
        self.spin_until(lambda: subscription.get_publisher_count() > 0, f'a publisher of {topic}')
        return received

    def now_ns(self) -> int:
        """Return the time of the clock that nodes stamp their messages with (ns)."""
        return int(self.node.get_clock().now().nanoseconds)

    def wait_for(
        self,
        received: list[Any],
        holds: Callable[[Any], bool],
        what: str,
        *,
        since_ns: int | None = None,
    ) -> Any:
        """Wait for a message for which something holds, stamped from now on, and return it.

        One that was under way before the wait began tells nothing of what was done meanwhile.

        Args:
            received: list of a topic whose messages have a stamp of the wall clock, from `listen`.
            holds: what is waited for.
            what: the same in words.
            since_ns: earliest stamp instead of the present time (ns).
        """
        earliest_ns = self.now_ns() if since_ns is None else since_ns
        received.clear()
        found: list[Any] = []
        seen = 0

        def look() -> bool:
            nonlocal seen
            fresh, seen = received[seen:], len(received)
            found.extend(m for m in fresh if stamp_ns(m) >= earliest_ns and holds(m))
            return bool(found)

        self.spin_until(look, what)
        return found[0]

    def publisher(
        self, message_type: type, topic: str, qos: QoSProfile | int = 10, *, matched: bool = True
    ) -> Publisher:
        """Return a publisher, once a subscriber was found."""
        publisher = self.node.create_publisher(message_type, topic, qos)
        if matched:
            self.wait_for_subscriber(publisher)
        return publisher

    def wait_for_subscriber(self, publisher: Publisher, count: int = 1) -> None:
        """Wait until the publisher has so many subscribers."""
        self.spin_until(
            lambda: publisher.get_subscription_count() == count,
            f'{count} subscribers of {publisher.topic_name}',
        )

    def set_parameters(self, node: str, **values: Any) -> SetParametersResult:
        """Set parameters of a node in one step, as it was asked for: 30 stays an integer.

        They are set once. A call that is made again because its answer is late would be carried
        out again, perhaps after something that the test did meanwhile. So the calls that may get
        no answer set nothing.
        """
        service = f'{node}/set_parameters_atomically'
        self._call(SetParametersAtomically, service, SetParametersAtomically.Request())
        request = SetParametersAtomically.Request()
        for name, value in values.items():
            request.parameters.append(Parameter(name, value=value).to_parameter_msg())
        return self._call(SetParametersAtomically, service, request, again_s=math.inf).result

    def get_parameters(self, node: str, *names: str) -> list[Any]:
        """Return values of parameters of a node."""
        request = GetParameters.Request(names=list(names))
        response = self._call(GetParameters, f'{node}/get_parameters', request)
        return [parameter_value_to_python(value) for value in response.values]

    def describe_parameters(self, node: str, *names: str) -> list[ParameterDescriptor]:
        """Return what a node says about its parameters."""
        request = DescribeParameters.Request(names=list(names))
        response = self._call(DescribeParameters, f'{node}/describe_parameters', request)
        return list(response.descriptors)

    def list_parameters(self, node: str) -> list[str]:
        """Return the names of a node's parameters."""
        response = self._call(ListParameters, f'{node}/list_parameters', ListParameters.Request())
        return list(response.result.names)

    def _call(
        self, service_type: type, name: str, request: Any, again_s: float = CALL_AGAIN_S
    ) -> Any:
        key = (service_type, name)
        if key not in self._clients:
            self._clients[key] = self.node.create_client(service_type, name)
        client = self._clients[key]
        self.spin_until(client.service_is_ready, f'service {name}')
        # A server that has not met the client's end for answers yet drops the answer.
        calls: list[Any] = []
        self.spin_until(
            lambda: any(call.done() for call in calls),
            f'answer of {name}',
            every_s=again_s,
            repeat=lambda: calls.append(client.call_async(request)),
        )
        return next(call.result() for call in calls if call.done())
