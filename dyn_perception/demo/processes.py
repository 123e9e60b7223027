# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of the demo as child processes."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from dyn_perception.share import PROFILE_VARIABLES, TRANSPORT_VARIABLES

_KEPT_LINES = 50
_GRACE_S = 1.0  # from the request to end until the process is killed
_HEAD_START_S = 0.5  # of nodes that need others to end in order
_TICK_S = 0.01
_RESTORING_GRACE_S = 5.0  # for those that put something back, such as limits of clocks


class NodeEndedError(Exception):
    """A node ended by itself; the text says which, how, and what it said last."""


class NodeProcess:
    """One node, started in a session of its own so that a terminal's Ctrl-C does not reach it."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        on_line: Callable[[str], None],
        grace_s: float = _GRACE_S,
    ) -> None:
        """Start `dyn_perception.nodes.<name>`; `on_line` gets each line that it prints."""
        self.name = name
        self._grace_s = grace_s
        self._deadline = math.inf  # of the end, once it was requested
        self._on_line = on_line
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._is_ending = False
        child = [sys.executable, '-m', 'dyn_perception.demo.child', str(os.getpid()), name]
        self._process = subprocess.Popen(
            [*child, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f'{name} output', daemon=True)
        self._reader.start()

    def is_running(self) -> bool:
        """Whether the node still lives."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise NodeEndedError if the node has ended and was not asked to."""
        status = self._process.poll()
        if status is None or self._is_ending:
            return
        self._reader.join(1.0)
        how = f'status {status}' if status >= 0 else signal.Signals(-status).name
        last = next((line for line in reversed(self._lines) if line), 'it printed nothing')
        raise NodeEndedError(
            f'{self.name} ended with {how}: {last.removeprefix(f"{self.name}: ")}'
        )

    def request_end(self) -> None:
        """Ask the node to end; what it still says is of no interest."""
        if not self._is_ending:
            self._is_ending = True
            self._deadline = time.monotonic() + self._grace_s
            self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait until the node has ended; kill it when its time is over."""
        self.request_end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        self._signal(signal.SIGKILL)  # also what the node may have started
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip())
            if not self._is_ending:
                self._on_line(line.rstrip())


class NodeProcesses:
    """All nodes of the demo; leaving the context ends them all."""

    def __init__(self, on_line: Callable[[str, str], None]) -> None:
        """Make an empty group; `on_line` gets the name of a node and a line that it printed."""
        self._on_line = on_line
        self._nodes: list[NodeProcess] = []
        self._first: list[NodeProcess] = []  # to be ended

    def start(
        self,
        name: str,
        namespace: str,
        parameters: Mapping[str, object],
        *,
        restores: bool = False,
        acts_on_others: bool = False,
    ) -> None:
        """Start a node.

        Args:
            name: of its module.
            namespace: ROS namespace.
            parameters: its ROS parameters.
            restores: whether it puts something back at its end, for which it gets time.
            acts_on_others: whether it needs other nodes for that, so that it ends before them.
        """
        grace_s = _RESTORING_GRACE_S if restores else _GRACE_S
        node = self._start(name, ros_arguments(namespace, parameters), grace_s)
        if acts_on_others:
            self._first.append(node)

    def start_program(self, name: str, arguments: Sequence[str]) -> NodeProcess:
        """Start another module of `dyn_perception.nodes`, and return it to be ended."""
        return self._start(name, list(arguments), _GRACE_S)

    def _start(self, name: str, arguments: list[str], grace_s: float) -> NodeProcess:
        node = NodeProcess(name, arguments, lambda line: self._on_line(name, line), grace_s)
        self._nodes.append(node)
        return node

    def check(self) -> None:
        """Raise NodeEndedError if a node has ended."""
        for node in self._nodes:
            node.check()

    def request_end(self) -> None:
        """Ask all nodes to end, those that act on others first; leaving the context waits."""
        for node in self._first:
            node.request_end()
        deadline = time.monotonic() + _HEAD_START_S
        while any(node.is_running() for node in self._first) and time.monotonic() < deadline:
            time.sleep(_TICK_S)
        for node in self._nodes:
            node.request_end()

    def __enter__(self) -> 'NodeProcesses':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.request_end()
        for node in self._nodes:
            node.end()


def ros_arguments(namespace: str, parameters: Mapping[str, object]) -> list[str]:
    """Return the command line that gives a node its namespace and parameters."""
    arguments = ['--ros-args', '-r', f'__ns:=/{namespace.strip("/")}']
    for name, value in parameters.items():
        # JSON is YAML, and its quotes keep a text that looks like a number a text.
        arguments += ['-p', f'{name}:={json.dumps(value)}']
    return arguments


def profile_environment(environment: Mapping[str, str], profile: str) -> dict[str, str]:
    """Return the variables to set for camera-size images; none if the user chose a transport."""
    if any(environment.get(variable) for variable in TRANSPORT_VARIABLES):
        return {}
    return dict.fromkeys(PROFILE_VARIABLES, profile)
