# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The other end of a node under test: publishes, listens and sets parameters over real DDS."""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import rclpy
from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from dyn_perception.nodes.common.remote_parameters import RemoteParameters, Then
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
        self._remotes: dict[str, RemoteParameters] = {}

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
        """Set parameters of a node in one step, as it was asked for: 30 stays an integer."""
        remote = self._remote(node)
        answer = remote.wait(partial(remote.set, values), self._spin_once)
        assert answer.successful or answer.refused, answer.reason
        return SetParametersResult(successful=answer.successful, reason=answer.reason)

    def get_parameters(self, node: str, *names: str) -> list[Any]:
        """Return values of parameters of a node."""
        values = self._read(node, lambda remote: partial(remote.get, names))
        return [values[name] for name in names]

    def describe_parameters(self, node: str, *names: str) -> list[ParameterDescriptor]:
        """Return what a node says about its parameters."""
        descriptors = self._read(node, lambda remote: partial(remote.describe, names))
        return [descriptors[name] for name in names]

    def list_parameters(self, node: str) -> list[str]:
        """Return the names of a node's parameters."""
        return list(self._read(node, lambda remote: remote.list_names))

    def _read(
        self, node: str, ask: Callable[[RemoteParameters], Callable[[Then], None]]
    ) -> Mapping[str, Any]:
        remote = self._remote(node)
        answer = remote.wait(ask(remote), self._spin_once)
        assert answer.successful, answer.reason
        return answer.values

    def _remote(self, node: str) -> RemoteParameters:
        if node not in self._remotes:
            self._remotes[node] = RemoteParameters(
                self.node, node, limit_s=LIMIT_S, ask_again_s=CALL_AGAIN_S
            )
        return self._remotes[node]

    def _spin_once(self) -> None:
        self._executor.spin_once(timeout_sec=0.02)
