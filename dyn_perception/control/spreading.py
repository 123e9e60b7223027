# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A few of many values."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Value = TypeVar('Value')


def spread(values: Sequence[Value], most: int) -> list[Value]:
    """Return at most so many values, evenly spread over the sequence, both ends among them."""
    chosen = np.linspace(0, len(values) - 1, min(len(values), most)).round().astype(int)
    return [values[index] for index in chosen.tolist()]
