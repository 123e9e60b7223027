# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated_board node: keeps a folder of files that behaves as a board's."""
