# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the package runs on: sensors and clock limits of real and simulated boards."""
