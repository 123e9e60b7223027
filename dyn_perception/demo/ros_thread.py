# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS in a thread of its own, beside the terminal."""

import threading
from types import TracebackType

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions


class RosThread:
    """Spins nodes in a thread, from entering to leaving its context.

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
