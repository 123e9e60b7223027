# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes under measurement in processes of their own, and the camera that feeds them."""
