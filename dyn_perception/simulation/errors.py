# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with simulated boards."""


class SimulationError(Exception):
    """A simulated board, or work on it, that cannot be; the text has value, rule and remedy."""
