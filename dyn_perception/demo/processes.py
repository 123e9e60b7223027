# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The processes of the demo: how it ends itself, and the children that end with it.

As a program, this file is what a child runs, so that none outlives the demo:

    python -m dyn_perception.demo.processes PARENT_ID NAME MODULE:FUNCTION [ARGUMENTS]
"""

import contextlib
import ctypes
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn

from dyn_perception.share import PROFILE_VARIABLES, TRANSPORT_VARIABLES

_KEPT_LINES = 50
_GRACE_S = 1.0  # from the request to end until the process is killed
_RESTORING_GRACE_S = 5.0  # for those that put something back, such as limits of clocks
_HEAD_START_S = 0.5  # of nodes that need others to end in order
_TICK_S = 0.01
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Interruption:
    """Notes SIGINT, SIGTERM and SIGHUP instead of breaking off whatever runs."""

    def __init__(self) -> None:
        """Take over the signals; only in the main thread."""
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self.requested = True


def end_process(status: int) -> NoReturn:
    """End at once, after all has been closed.

    Taking down an interpreter with rclpy, OpenCV and ONNX Runtime in it costs half a second of
    computing, several on a busy machine, in which whoever pressed Ctrl-C waits for nothing.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


@dataclass(frozen=True)
class Program:
    """What a child runs.

    Attributes:
        name: that people see.
        entry: module and function, such as `dyn_perception.nodes.manager.node:main`; the function
            gets the name and the arguments, and returns the exit status.
        arguments: its command line.
    """

    name: str
    entry: str
    arguments: tuple[str, ...] = ()


def node_program(name: str, namespace: str, parameters: Mapping[str, object]) -> Program:
    """Return the node of a folder of `dyn_perception.nodes`, with a namespace and parameters."""
    arguments = ['--ros-args', '-r', f'__ns:=/{namespace.strip("/")}']
    for parameter, value in parameters.items():
        # JSON is YAML, and its quotes keep a text that looks like a number a text.
        arguments += ['-p', f'{parameter}:={json.dumps(value)}']
    return Program(name, f'dyn_perception.nodes.{name}.node:main', tuple(arguments))


class ProcessEndedError(Exception):
    """A child ended by itself; the text says which, how, and what it said last."""


class ChildProcess:
    """One child, started in a session of its own so that a terminal's Ctrl-C does not reach it."""

    def __init__(
        self, program: Program, on_line: Callable[[str], None], grace_s: float = _GRACE_S
    ) -> None:
        """Start a program.

        Args:
            program: what to run.
            on_line: gets each line that it prints.
            grace_s: time from the request to end until it is killed (s).
        """
        self.name = program.name
        self._grace_s = grace_s
        self._deadline = math.inf  # of the end, once it was requested
        self._on_line = on_line
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._is_ending = False
        child = [sys.executable, '-m', 'dyn_perception.demo.processes', str(os.getpid())]
        self._process = subprocess.Popen(
            [*child, program.name, program.entry, *program.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
            start_new_session=True,
        )
        self._reader = threading.Thread(
            target=self._read, name=f'{program.name} output', daemon=True
        )
        self._reader.start()

    def is_running(self) -> bool:
        """Whether the child still lives."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise ProcessEndedError if the child has ended and was not asked to."""
        status = self._process.poll()
        if status is None or self._is_ending:
            return
        self._reader.join(1.0)
        how = f'status {status}' if status >= 0 else signal.Signals(-status).name
        last = next((line for line in reversed(self._lines) if line), 'it printed nothing')
        raise ProcessEndedError(
            f'{self.name} ended with {how}: {last.removeprefix(f"{self.name}: ")}'
        )

    def request_end(self) -> None:
        """Ask the child to end; what it still says is of no interest."""
        if not self._is_ending:
            self._is_ending = True
            self._deadline = time.monotonic() + self._grace_s
            self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Wait until the child has ended; kill it when its time is over."""
        self.request_end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        self._signal(signal.SIGKILL)  # also what it may have started
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


class ChildProcesses:
    """All children of the demo; leaving the context ends them all."""

    def __init__(self, on_line: Callable[[str, str], None]) -> None:
        """Have no children yet; `on_line` gets the name of one and a line that it printed."""
        self._on_line = on_line
        self._children: list[ChildProcess] = []
        self._first: list[ChildProcess] = []  # to be ended

    def start(
        self, program: Program, *, restores: bool = False, acts_on_others: bool = False
    ) -> ChildProcess:
        """Start a program, and return it for those who end it before the others.

        Args:
            program: what to run.
            restores: whether it puts something back at its end, for which it gets time.
            acts_on_others: whether it needs other children for that, so that it ends before them.
        """
        child = ChildProcess(
            program,
            lambda line: self._on_line(program.name, line),
            _RESTORING_GRACE_S if restores else _GRACE_S,
        )
        self._children.append(child)
        if acts_on_others:
            self._first.append(child)
        return child

    def check(self) -> None:
        """Raise ProcessEndedError if a child has ended and was not asked to."""
        for child in self._children:
            child.check()

    def request_end(self) -> None:
        """Ask all children to end, those that act on others first; leaving the context waits."""
        for child in self._first:
            child.request_end()
        deadline = time.monotonic() + _HEAD_START_S
        while any(child.is_running() for child in self._first) and time.monotonic() < deadline:
            time.sleep(_TICK_S)
        for child in self._children:
            child.request_end()

    def __enter__(self) -> 'ChildProcesses':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.request_end()
        for child in self._children:
            child.end()


def profile_environment(environment: Mapping[str, str], profile: str) -> dict[str, str]:
    """Return the variables to set for camera-size images; none if the user chose a transport."""
    if any(environment.get(variable) for variable in TRANSPORT_VARIABLES):
        return {}
    return dict.fromkeys(PROFILE_VARIABLES, profile)


def run_child(parent_id: str, name: str, entry: str, *arguments: str) -> int:
    """Run a program as a child of a process, whose end ends it, and return its exit status."""
    _end_with(int(parent_id))
    module, _, function = entry.partition(':')
    main: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
    return main([name, *arguments])


def _end_with(parent_id: int) -> None:
    """Have the kernel ask this process to end when its parent ends, however that ends."""
    # Not SIGKILL: Fast DDS would leave its shared memory behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent_id:  # it ended before the kernel was told
        sys.exit(1)


if __name__ == '__main__':
    end_process(run_child(*sys.argv[1:]))
