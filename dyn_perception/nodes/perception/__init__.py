# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node: camera images in, classes out."""
