# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Readers of labelled images on disk, without torch and without ROS."""
