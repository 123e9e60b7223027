# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Processors as everybody names them, and the cores that this process may use."""
