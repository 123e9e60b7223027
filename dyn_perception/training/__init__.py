# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the network learns: incremental training, calibration and evaluation."""
