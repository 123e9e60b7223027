# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the network got wrong, drawn into the frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_RED = np.array((60, 40, 255), np.float32)  # BGR
_STRENGTH = 0.6


def mark_wrong(
    image: NDArray[np.uint8], judged: Sequence[bool | None], columns: int
) -> NDArray[np.uint8]:
    """Return a frame, BGR [H, W, 3], whose wrong regions are tinted red.

    Args:
        image: the frame.
        judged: whether the answer is right, region by region, row by row; None: not known.
        columns: of the grid of regions.
    """
    marked = image.copy()
    rows = len(judged) // columns
    height, width = image.shape[:2]
    for index, is_right in enumerate(judged):
        if is_right is False:
            row, column = divmod(index, columns)
            region = marked[
                row * height // rows : (row + 1) * height // rows,
                column * width // columns : (column + 1) * width // columns,
            ]
            region[:] = ((1 - _STRENGTH) * region + _STRENGTH * _RED).astype(np.uint8)
    return marked
