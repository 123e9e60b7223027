# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 nodes, a folder each: thin adapters between messages and the parts."""
