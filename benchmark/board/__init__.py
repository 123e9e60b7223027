# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Seeing and steering boards: the resource monitor, and simulated boards against measurements."""
