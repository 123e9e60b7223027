# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points: measured on a board, written to a file, read back."""
