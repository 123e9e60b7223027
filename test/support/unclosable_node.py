# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The image source with a fault at its end; what else is closed is written on standard error."""

import sys

import rclpy

from dyn_perception.nodes.image_source import node

FAULT = 'a fault of the test'
DESTROYED, SHUT_DOWN = 'the node was destroyed', 'ROS was shut down'

_close, _destroy = node.ImageSourceNode.close, node.ImageSourceNode.destroy_node


def _close_badly(self: node.ImageSourceNode) -> None:
    _close(self)
    raise RuntimeError(FAULT)


def _destroy_audibly(self: node.ImageSourceNode) -> None:
    _destroy(self)
    print(DESTROYED, file=sys.stderr, flush=True)


def main() -> int:
    """Run the node; its methods are replaced here, not in tests that import this module."""
    node.ImageSourceNode.close = _close_badly  # type: ignore[method-assign]
    node.ImageSourceNode.destroy_node = _destroy_audibly  # type: ignore[method-assign]
    try:
        return node.main()
    finally:
        if not rclpy.ok():
            print(SHUT_DOWN, file=sys.stderr, flush=True)
