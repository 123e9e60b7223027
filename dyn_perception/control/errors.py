# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with what the manager is given."""


class ControlError(ValueError):
    """A goal, an operating point or a table that cannot be used; the text names the remedy."""
