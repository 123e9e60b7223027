# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Ending in order when a signal asks for it."""

import signal


class Interruption:
    """Notes SIGINT, SIGTERM and SIGHUP instead of breaking off whatever runs."""

    def __init__(self) -> None:
        """Take over the signals; only in the main thread."""
        self.requested = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, *_: object) -> None:
        self.requested = True
