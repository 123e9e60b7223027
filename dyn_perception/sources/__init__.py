# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a camera stands for: folders, videos, cameras, bags and CIFAR-10, without ROS or torch."""
