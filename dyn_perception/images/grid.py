# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How a frame is divided into regions."""

from collections.abc import Iterator


def grid_cells(height: int, width: int, rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
    """Yield the cells of a grid over a frame as slices of its rows and columns, row by row.

    Row r of R covers the frame's rows from r * height // R up to, not including,
    (r + 1) * height // R; columns alike. So sizes differ by at most one pixel.
    """
    for row in range(rows):
        down = slice(row * height // rows, (row + 1) * height // rows)
        for column in range(columns):
            yield down, slice(column * width // columns, (column + 1) * width // columns)
