# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A node under measurement, in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

_END_LIMIT_S = 10.0


class NodeProcess:
    """A running node; leaving the context ends it."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        parameters: Mapping[str, Any] | None = None,
        ros_arguments: Sequence[str] = (),
        working_folder: str = '/',
        environment: Mapping[str, str] | None = None,
        core: int | None = None,
    ) -> None:
        """Start a node.

        Args:
            command: arguments of the interpreter.
            log: file for what it prints.
            parameters: ROS parameters.
            ros_arguments: further ROS arguments.
            working_folder: by default not the checkout, so that the installed package runs.
            environment: further environment variables.
            core: that the whole process runs on; None: any.
        """
        self._log = log
        pinned = [] if core is None else ['taskset', '--cpu-list', str(core)]
        arguments = [*pinned, sys.executable, *command, '--ros-args', *ros_arguments]
        for name, value in (parameters or {}).items():
            text = yaml.safe_dump(value, default_flow_style=True).removesuffix('...\n').strip()
            arguments += ['-p', f'{name}:={text}']
        with log.open('w') as output:
            self._process = subprocess.Popen(
                arguments,
                cwd=working_folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def stop(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end, and return the exit status."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end and return the exit status."""
        return self._process.wait(_END_LIMIT_S)

    @property
    def resident_bytes(self) -> int:
        """VmRSS of the process."""
        for line in Path(f'/proc/{self._process.pid}/status').read_text().splitlines():
            if line.startswith('VmRSS:'):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f'process {self._process.pid} has no VmRSS: it has ended')

    @property
    def cpu_s(self) -> float:
        """Processor time of all its threads so far (s)."""
        fields = Path(f'/proc/{self._process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def check(self) -> None:
        """Raise RuntimeError with what the node printed last, if it has ended."""
        status = self._process.poll()
        if status is not None:
            lines = self._log.read_text().splitlines()
            raise RuntimeError(f'the node ended with status {status}: {lines[-1:]}')

    def __enter__(self) -> 'NodeProcess':
        """Return the node."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(_END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def perception_command() -> list[str]:
    """Return the interpreter's arguments that run the perception node, as its executable does."""
    module = 'dyn_perception.nodes.perception.node'
    return ['-c', f'import sys; from {module} import main; sys.exit(main())']
