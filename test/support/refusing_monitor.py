# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource monitor of a board that takes no limit of a clock."""

from collections.abc import Mapping

from dyn_perception.board.errors import BoardError
from dyn_perception.board.limits import LimitSession
from dyn_perception.nodes.resource_monitor import node


def _refuse(
    self: LimitSession, wanted_mhz: Mapping[str, float], lease_s: float | None = None
) -> dict[str, float]:
    name, mhz = next(iter(wanted_mhz.items()))
    raise BoardError(f'{name} {mhz:g} is out of order today: wait for the next monitor')


def main() -> int:
    """Run the node; the method is replaced here, not in tests that import this module."""
    LimitSession.apply_all = _refuse  # type: ignore[method-assign]
    return node.main()
