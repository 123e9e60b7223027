# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo as a process under test."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from support.node_process import END_WITH_PARENT
from support.shared_memory import SHARED_MEMORY

StartDemo = Callable[..., subprocess.Popen[str]]


@contextmanager
def demo_starter(domain_id: int) -> Iterator[StartDemo]:
    """Return a function that starts demos with options; they end with the context."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: object) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [
                    *END_WITH_PARENT,
                    sys.executable,
                    '-m',
                    'dyn_perception.demo',
                    *map(str, options),
                ],
                cwd='/',  # not the checkout: the installed package is what runs
                env={**os.environ, **SHARED_MEMORY, 'ROS_DOMAIN_ID': str(domain_id)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    try:
        yield start
    finally:
        for demo in started:
            demo.kill()  # its nodes go with it
            demo.communicate()


def summary_of(stdout: str) -> dict[str, Any]:
    """Return the object in the last line of what a demo printed."""
    values = json.loads(stdout.splitlines()[-1])
    assert isinstance(values, dict)
    return values


def wait_for_line(demo: subprocess.Popen[str], text: str) -> None:
    """Wait for a line of standard error with this text; other lines up to it are lost."""
    assert demo.stderr is not None
    lines = []
    for line in demo.stderr:
        lines.append(line)
        if text in line:
            return
    raise AssertionError(f'no {text!r} in:\n' + ''.join(lines))
