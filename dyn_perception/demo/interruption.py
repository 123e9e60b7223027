# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Ending in order when a signal asks for it."""

import os
import signal
import sys
from typing import NoReturn


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
