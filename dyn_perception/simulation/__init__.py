# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Boards that exist only as a model and run as if they were real: physics, files, programs."""
