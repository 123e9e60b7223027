# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node as a user without rights."""

import os

import rclpy

from dyn_perception.nodes.resource_monitor.node import ResourceMonitorNode
from dyn_perception.nodes.resource_monitor.node import main as run

NOBODY = 65534


def main() -> int:
    """Give up root's rights, if there are any, and run the node."""
    if os.geteuid() == 0:
        # Loads what only root may read where Python is installed for root alone.
        rclpy.init(args=[])
        node = ResourceMonitorNode()
        node.close()
        node.destroy_node()
        rclpy.shutdown()
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    return run()
