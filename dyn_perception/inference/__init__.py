# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the network runs on a robot: pre-processing, engines and scores, without ROS or torch."""

import os

# ONNX Runtime 1.31 reports sessions and run times to its maker, and keeps a device id in the
# user's cache, unless told not to before it is imported. Later versions use the second name.
for _name in ('ORT_DISABLE_TELEMETRY', 'ORT_TELEMETRY_DISABLED'):
    os.environ.setdefault(_name, '1')
