# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager node: holds the frame rate and the limits that were asked for."""
