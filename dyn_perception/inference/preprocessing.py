# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From a camera frame to the batch that the network reads."""

import numpy as np
from numpy.typing import NDArray

from dyn_perception.images.decoding import ImageError
from dyn_perception.images.grid import grid_cells
from dyn_perception.images.resizing import resize_image
from dyn_perception.network.manifest import InputSpecification


class Preprocessor:
    """Cuts a frame into regions, resizes and normalises them into one batch.

    The regions are the cells of `grid_cells`.

    Attributes:
        rows: rows of the grid of regions.
        columns: columns of the grid.
    """

    def __init__(self, specification: InputSpecification, regions: tuple[int, int] = (1, 1)):
        """Prepare the buffers.

        Args:
            specification: what the network reads.
            regions: rows and columns of the grid.

        Raises:
            ImageError: if the grid has no region.
        """
        self.rows, self.columns = regions
        if self.rows < 1 or self.columns < 1:
            raise ImageError(
                f'regions [{self.rows}, {self.columns}] are empty: give at least 1 row and '
                '1 column'
            )
        self._height, self._width = specification.height, specification.width
        std = np.asarray(specification.std, np.float64)
        mean = np.asarray(specification.mean, np.float64)
        self._scale = (1 / (255 * std)).astype(np.float32)[:, None, None]
        self._offset = (-mean / std).astype(np.float32)[:, None, None]
        # All regions lie in one picture, as in the frame, at the size that the network reads.
        self._picture = np.empty(
            (self.rows * self._height, self.columns * self._width, 3), np.uint8
        )
        self._picture_planes = self._picture.reshape(
            self.rows, self._height, self.columns, self._width, 3
        )[..., ::-1].transpose(0, 2, 4, 1, 3)
        self._batch = np.empty(
            (self.rows * self.columns, 3, self._height, self._width), np.float32
        )
        self._batch_planes = self._batch.reshape(
            self.rows, self.columns, 3, self._height, self._width
        )

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the batch of a frame.

        Args:
            frame: BGR [height, width, 3].

        Returns:
            Normalised RGB [rows * columns, 3, H, W], the regions row by row. The same array is
            returned, and overwritten, by each call.

        Raises:
            ImageError: if the frame has fewer pixels than the grid has regions.
        """
        height, width = frame.shape[:2]
        if height < self.rows or width < self.columns:
            raise ImageError(
                f'frame of {width} x {height} pixels is smaller than regions '
                f'[{self.rows}, {self.columns}]: each region needs a pixel; use fewer regions'
            )
        equal = height % self.rows == 0 and width % self.columns == 0
        shrink = height >= self._picture.shape[0] and width >= self._picture.shape[1]
        if equal and shrink:
            grid = self.rows, self.columns
            resize_image(frame, *self._picture.shape[:2], out=self._picture, grid=grid)
        else:
            self._resize_regions(frame)
        np.multiply(self._picture_planes, self._scale, out=self._batch_planes)
        np.add(self._batch_planes, self._offset, out=self._batch_planes)
        return self._batch

    def _resize_regions(self, frame: NDArray[np.uint8]) -> None:
        for region, part in zip(self._cells(frame), self._cells(self._picture), strict=True):
            resize_image(region, self._height, self._width, out=part)

    def _cells(self, image: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        height, width = image.shape[:2]
        return [image[cell] for cell in grid_cells(height, width, self.rows, self.columns)]
