# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a board."""


class BoardError(RuntimeError):
    """A board cannot be opened, or does not take a value; the text says why and what helps."""
