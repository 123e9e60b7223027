# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measurements that stand behind the figures in doc/; run with `make bench`."""
