# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo: the nodes as processes, competing programs, a live view in a terminal."""
