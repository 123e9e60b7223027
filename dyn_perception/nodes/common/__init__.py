# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What several nodes use: parameters, execution, timers, images."""
