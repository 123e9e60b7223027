# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the manager decides: operating points, estimates, choice. Pure: no clock, no files, no ROS."""
