# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated_board node with a fault at its end, after it has stopped its board."""

from dyn_perception.nodes.simulated_board import node

_close = node.SimulatedBoardNode.close


def _close_badly(self: node.SimulatedBoardNode) -> None:
    _close(self)
    raise RuntimeError('a fault of the test')


def main() -> int:
    """Run the node; the method is replaced here, not in tests that import this module."""
    node.SimulatedBoardNode.close = _close_badly  # type: ignore[method-assign]
    return node.main()
