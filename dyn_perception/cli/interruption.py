# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM as Ctrl-C: what a command has changed is put back on the way out."""

import signal
from typing import NoReturn


def interrupt_on_sigterm() -> None:
    """Let SIGTERM raise KeyboardInterrupt in the main thread."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt
