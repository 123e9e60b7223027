# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Running a node as a process: executor, start-up errors, signals, log, exit status."""

import faulthandler
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import rclpy
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from dyn_perception.nodes.common.parameter_node import ParameterNode


class LogForwarding(logging.Handler):
    """Hands records of Python's logging to the logger of a node."""

    def __init__(self, logger: RcutilsLogger) -> None:
        """Name the logger of the node."""
        super().__init__()
        self._node_logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over one record."""
        text = self.format(record)
        # One line for each severity: rclpy refuses a second severity from the same line.
        if record.levelno >= logging.ERROR:
            self._node_logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._node_logger.warning(text)
        else:
            self._node_logger.info(text)


class Waker:
    """Wakes an executor whose wait did not end in time.

    Fast DDS, as built for the wheels of ROS 2, waits until a time of the wall clock. When that is
    set back meanwhile, the wait lasts so much longer, and timers with it. The thread of this class
    waits with `poll`, which knows only durations.
    """

    def __init__(self, executor: Executor, longest_s: float) -> None:
        """Start to watch.

        Args:
            executor: to be woken.
            longest_s: time between two calls of `note` after which its wait is overdue.
        """
        self._executor = executor
        self._longest_s = longest_s
        self._noted_s = time.monotonic()
        self._end, self._ended = os.pipe()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def note(self) -> None:
        """Note that the executor does not wait now."""
        self._noted_s = time.monotonic()

    def close(self) -> None:
        """Stop to watch; the executor still must exist."""
        os.write(self._ended, b'.')
        self._thread.join()
        os.close(self._end)
        os.close(self._ended)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        while not poll.poll(self._longest_s * 1000):
            if time.monotonic() - self._noted_s > self._longest_s:
                self._executor.wake()


def quick_executor() -> Executor:
    """Return the executor that hands messages on at the least cost.

    With it a relay of small images takes the least processor time: doc/benchmarks.md. Older
    releases of rclpy have only the single-threaded and the multi-threaded one. All callbacks of
    the node must be of one callback group.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor()
    was_enabled = faulthandler.is_enabled()
    executor = EventsExecutor()
    if not was_enabled:
        faulthandler.disable()  # the executor switched it on, which is the user's business
    return executor


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
    try:
        failure = _run(create, signals, make_executor)
    except _InterruptedError:
        return 0
    except user_errors as error:
        return _report(name, error)
    if failure is None:
        return 0
    if not isinstance(failure, user_errors):
        raise failure
    return _report(name, failure)


def _run(
    create: Callable[[], ParameterNode[Any]],
    signals: _Signals,
    make_executor: Callable[[], Executor],
) -> Exception | None:
    """Create a node, spin it to its end, and return the error by which it ended itself.

    Whatever is raised, also by closing the node, all else is closed after it.
    """
    with ExitStack() as stack:
        stack.callback(rclpy.try_shutdown)
        executor = make_executor()
        stack.callback(executor.shutdown)
        _wake_on_signal(executor)
        waker = Waker(executor, 2 * _WAKE_S)
        stack.callback(waker.close)
        node = signals.create(create)
        stack.callback(node.destroy_node)
        stack.callback(node.close)
        try:
            executor.add_node(node)
            while rclpy.ok() and not signals.received:
                waker.note()
                executor.spin_once(timeout_sec=_WAKE_S)
        except Exception:
            # A thread of the node has shut the context down, because it was done or failed: what
            # rclpy raises then, of several kinds, comes of that; a failure is the one to tell.
            if rclpy.ok():
                raise
    return node.failure  # also of a thread that failed while the node was closed


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
