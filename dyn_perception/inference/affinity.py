# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which cores threads run on.

A new thread inherits the cores of the one that makes it. So an engine that is made within
`on_cores` computes there with all of its threads, whichever library creates them.
"""

import os
import threading
from collections.abc import Callable
from typing import TypeVar

from dyn_perception.inference.errors import PlacementError
from dyn_perception.processors.cores import format_core_list, usable_cores

Made = TypeVar('Made')


def set_thread_cores(thread_id: int, cores: tuple[int, ...] | None) -> None:
    """Let a thread of this process run on these cores only.

    Args:
        thread_id: as `threading.get_native_id` returns it.
        cores: the cores; None: every one that the process may use.

    Raises:
        PlacementError: if no core of them can be used any more.
    """
    wanted = usable_cores() if cores is None else cores
    try:
        os.sched_setaffinity(thread_id, wanted)
    except OSError as error:
        raise PlacementError(
            f'no thread can run on cores {format_core_list(wanted)} ({error}): choose cores that '
            f'are online and allowed, now {format_core_list(usable_cores())}'
        ) from error


def on_cores(cores: tuple[int, ...] | None, make: Callable[[], Made]) -> Made:
    """Call a function in a new thread that runs on these cores, and return its result.

    Raises:
        PlacementError: if no core of them can be used.
        Exception: whatever the function raises.
    """
    made: list[Made] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            set_thread_cores(threading.get_native_id(), cores)
            made.append(make())
        except BaseException as error:  # raised again in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=run, name='placement', daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return made[0]
