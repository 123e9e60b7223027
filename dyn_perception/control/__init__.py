# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the manager decides: estimates and choice. Pure: no clock, no files, no ROS."""
