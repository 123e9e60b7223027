# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Running a node as a process: start-up errors, signals, exit status."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from dyn_perception.nodes.log_forwarding import LogForwarding
from dyn_perception.nodes.parameter_node import ParameterNode
from dyn_perception.nodes.waker import Waker

Node = TypeVar('Node')

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE_S = 2.0  # with a node that is being created; launch waits for 5 s before SIGTERM
_WAKE_S = 0.2  # Python's signal handler runs only when the executor's wait has ended


class _InterruptedError(BaseException):
    """A signal came while the node was being created."""


class _Signals:
    """Notes signals; they also end the creation of a node that takes long.

    One that is created soon can be closed as usual, which leaves nothing behind. The creation is
    given up some time after the first signal, or at a second one.
    """

    def __init__(self) -> None:
        """Take over from now on."""
        self.received: list[int] = []
        self._interrupts = False
        for number in _SIGNALS:
            # Whoever starts the node with SIGHUP ignored, as `nohup` does, wants that.
            if number != signal.SIGHUP or signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, self._note)
        signal.signal(signal.SIGALRM, self._give_up)

    def create(self, create: Callable[[], Node]) -> Node:
        """Create a node; raises `_InterruptedError` if a signal comes before it is there."""
        self._interrupts = True
        try:
            if self.received:
                raise _InterruptedError
            return create()
        finally:
            self._interrupts = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)

    def _note(self, number: int, frame: object) -> None:
        self.received.append(number)
        if len(self.received) > 1:
            self._give_up(number, frame)
        elif self._interrupts:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)

    def _give_up(self, number: int, frame: object) -> None:
        if self._interrupts:
            self._interrupts = False  # cleaning up is not interrupted again
            raise _InterruptedError


def run_node(
    name: str,
    create: Callable[[], ParameterNode[Any]],
    user_errors: tuple[type[Exception], ...],
    arguments: list[str] | None = None,
    *,
    make_executor: Callable[[], Executor] = SingleThreadedExecutor,
) -> int:
    """Create a node, spin it until a signal or a shutdown ends it, and return the exit status.

    Errors of the kinds in `user_errors` (wrong parameters, missing files) end the process with
    status 1 and their text as the last line on standard error; others show their traceback.
    A signal leaves ROS usable until the node is closed, so that its last words get out.
    """
    signals = _Signals()
    try:
        # rclpy's own handlers would shut the context down under whatever the node is doing.
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # arguments or a parameter file that rclpy cannot parse
        return _report(name, error)
    logging.getLogger('dyn_perception').addHandler(LogForwarding(get_logger(name)))
    node = None
    executor = make_executor()
    _wake_on_signal(executor)
    waker = Waker(executor, 2 * _WAKE_S)
    try:
        node = signals.create(create)
        executor.add_node(node)
        while rclpy.ok() and not signals.received:
            waker.note()
            executor.spin_once(timeout_sec=_WAKE_S)
    except _InterruptedError:
        return 0
    except user_errors as error:
        return _report(name, error)
    except Exception:
        # A thread of the node that failed has shut the context down; its error is the one to tell.
        if node is None or rclpy.ok():
            raise
    finally:
        if node is not None:
            node.close()
            node.destroy_node()
        waker.close()
        executor.shutdown()
        rclpy.try_shutdown()
    if node is None or node.failure is None:
        return 0
    if not isinstance(node.failure, user_errors):
        raise node.failure
    return _report(name, node.failure)


def _wake_on_signal(executor: Executor) -> None:
    """End the executor's wait when a signal comes, for Python handles it only after that.

    The wait's own time-out is no help where the wall clock was set back: Fast DDS waits by it.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno())

    def wake() -> None:
        with writer:  # kept open as long as signals can come
            while reader.recv(1):
                executor.wake()

    threading.Thread(target=wake, name='signals', daemon=True).start()


def _report(name: str, error: Exception) -> int:
    print(f'{name}: {error}', file=sys.stderr, flush=True)
    return 1
