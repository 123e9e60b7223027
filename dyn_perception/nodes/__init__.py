# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 nodes: thin adapters between messages and the parts that do the work."""
