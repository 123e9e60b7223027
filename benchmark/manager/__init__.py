# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurements behind the manager's figures in doc/benchmarks.md."""
