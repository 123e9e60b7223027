# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes under test as processes of their own, as users run them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from support.participants import with_own_ports

_TESTS = str(Path(__file__).parents[1])  # so that nodes of tests are found as `support.<module>`
LIMIT_S = 120.0  # generous: the machine may be busy; tests wait for events, never for a time

END_WITH_PARENT = ('setpriv', '--pdeathsig', 'TERM')
"""Before a command: a node that outlived a killed test run would answer the next one's tests."""


_UP = (
    '[INFO]'  # every node logs one line once it is set up, and nothing less than a warning before
)


class NodeProcess:
    """A running node; its standard error is collected line by line.

    Attributes:
        open: all that were started and not closed yet.
    """

    open: ClassVar[list['NodeProcess']] = []

    def __init__(
        self,
        module: str,
        *,
        domain_id: int,
        parameters: Mapping[str, Any] | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start `module`:main with ROS parameters and further ROS arguments."""
        code = f'import sys; from {module} import main; sys.exit(main())'
        command = [*END_WITH_PARENT, sys.executable, '-c', code, '--ros-args']
        for name, value in (parameters or {}).items():
            text = yaml.safe_dump(value, default_flow_style=True).removesuffix('...\n').strip()
            command += ['-p', f'{name}:={text}']
        command += list(arguments)
        self._process = subprocess.Popen(
            command,
            cwd='/',  # not the checkout: the installed package is what runs
            env=with_own_ports(
                {
                    **os.environ,
                    'PYTHONPATH': f'{_TESTS}{os.pathsep}{os.environ.get("PYTHONPATH", "")}',
                    'ROS_DOMAIN_ID': str(domain_id),
                    **(environment or {}),
                }
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = self._is_up = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.open.append(self)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """Standard error so far."""
        with self._changed:
            return list(self._lines)

    def wait_for_line(self, text: str, limit_s: float = LIMIT_S) -> str:
        """Wait for a line of standard error with this text, and return it."""

        def find() -> str | None:
            return next((line for line in self._lines if text in line), None)

        with self._changed:
            self._changed.wait_for(lambda: find() is not None or self._ended, limit_s)
            found = find()
            assert found is not None, f'no {text!r} in:\n' + '\n'.join(self._lines)
            return found

    def is_up_or_ended(self) -> bool:
        """Whether the node has said that it is set up, or its process has ended."""
        with self._changed:
            return self._is_up or self._ended

    def is_running(self) -> bool:
        """Whether the process still lives."""
        return self._process.poll() is None

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self._process.send_signal(number)

    def wait(self, limit_s: float = LIMIT_S) -> int:
        """Wait for the end and return the exit status."""
        status = self._process.wait(limit_s)
        self._reader.join(limit_s)
        return status

    def close(self) -> None:
        """End the process if it still runs."""
        if self in self.open:
            self.open.remove(self)
        if self.is_running():
            self._process.terminate()
            try:
                self._process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise AssertionError(f'SIGTERM did not end node {self.pid}') from None
        self._reader.join(LIMIT_S)

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._changed:
                self._lines.append(line.rstrip('\n'))
                self._is_up = self._is_up or _UP in line
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
