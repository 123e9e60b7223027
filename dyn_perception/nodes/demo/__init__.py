# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo: the nodes as processes, the width stepped from outside, a live view in a terminal."""
