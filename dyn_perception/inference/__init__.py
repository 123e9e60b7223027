# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the network runs on a robot: pre-processing, engines and scores, without ROS or torch."""
