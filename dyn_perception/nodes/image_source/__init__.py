# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The image_source node: stands for a camera."""
