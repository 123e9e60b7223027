# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node: the state of the board out, clock limits in."""
