# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Who changed a parameter: this manager or somebody else."""

import time
from collections.abc import Mapping
from typing import Any

# An event may come before or after the answer to the set that it tells of.
_REMEMBERED_S = 5.0


class OwnChanges:
    """The sets that this manager asked for and that no event has told of yet."""

    def __init__(self) -> None:
        """Start without any."""
        self._expected: list[tuple[float, str, Any]] = []

    def expect(self, values: Mapping[str, Any]) -> None:
        """Note a set that is being asked for."""
        now = time.monotonic()
        self._expected = [entry for entry in self._expected if now - entry[0] < _REMEMBERED_S]
        self._expected += [(now, name, value) for name, value in values.items()]

    def withdraw(self, values: Mapping[str, Any]) -> None:
        """Forget a set that was refused: no event tells of it."""
        for name, value in values.items():
            self.take(name, value)

    def take(self, name: str, value: Any) -> bool:
        """Return whether an event with this value is that of an own set, and forget that set."""
        for entry in self._expected:
            if entry[1:] == (name, value):
                self._expected.remove(entry)
                return True
        return False
