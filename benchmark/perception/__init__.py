# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera frames in, classes out: accuracy, speed, memory and the nodes around them."""
