# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Many labelled images in one camera-size frame, the counterpart of regions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.images.grid import grid_cells
from dyn_perception.images.resizing import resize_image
from dyn_perception.sources.enlarging import enlarge_recoverably
from dyn_perception.sources.frame_source import FrameSource, SourceError, SourceFrame

CAMERA_SIZE = (640, 480)
"""Width and height (pixels) of a mosaic for which no size is given."""


@dataclass(frozen=True)
class MosaicFrame:
    """Images of a source in a grid.

    Attributes:
        image: BGR, uint8 [height, width, 3]; treat it as read-only.
        rows: rows of the grid.
        columns: columns of the grid.
        labels: name of the class in each cell, row by row; '' where it is not known.
        names: where each image comes from; '' in a cell that the last images did not fill.
    """

    image: NDArray[np.uint8]
    rows: int
    columns: int
    labels: tuple[str, ...]
    names: tuple[str, ...]


class Mosaic:
    """Puts the next rows * columns images of a source into one frame.

    The cells are exactly the regions that the perception node cuts a frame into, and images
    smaller than a cell are enlarged so that the node's area averaging brings them back. Every
    image of the source is shown once; cells that its last images do not fill are black.
    """

    def __init__(
        self, source: FrameSource, rows: int = 1, columns: int = 1, size: tuple[int, int] = (0, 0)
    ) -> None:
        """Choose the grid.

        Args:
            source: of the images; `close` closes it.
            rows: rows of the grid.
            columns: columns of the grid.
            size: width and height of the frame (pixels); (0, 0) for a single image as it is, or
                `CAMERA_SIZE` for several.

        Raises:
            SourceError: if the grid is empty or finer than the frame.
        """
        if rows < 1 or columns < 1:
            raise SourceError(
                f'mosaic [{rows}, {columns}] is empty: give at least 1 row and 1 column'
            )
        several = rows * columns > 1
        self._width, self._height = CAMERA_SIZE if several and size == (0, 0) else size
        if size != (0, 0) and (self._width < columns or self._height < rows):
            raise SourceError(
                f'frame of {self._width} x {self._height} pixels is smaller than mosaic '
                f'[{rows}, {columns}]: each image needs a pixel; give a larger frame'
            )
        self._source = source
        self.rows, self.columns = rows, columns

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names that images can have, empty where none has one."""
        return self._source.labels

    @property
    def live(self) -> bool:
        """Whether images come at their own time and only once, as from a camera."""
        return self._source.live

    def read(self) -> MosaicFrame | None:
        """Return the next frame, or None at the end of the source.

        Raises:
            SourceUnavailableError: if there is none now but may be later; read again.
            SourceError: if the source cannot be read any further.
        """
        frames: list[SourceFrame] = []
        while len(frames) < self.rows * self.columns:
            frame = self._source.read()
            if frame is None:
                break
            frames.append(frame)
        if not frames:
            return None
        empty = ('',) * (self.rows * self.columns - len(frames))
        return MosaicFrame(
            image=self._arranged(frames),
            rows=self.rows,
            columns=self.columns,
            labels=(*(frame.label for frame in frames), *empty),
            names=(*(frame.name for frame in frames), *empty),
        )

    def rewind(self) -> None:
        """Let the next `read` start with the first image."""
        self._source.rewind()

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _arranged(self, frames: list[SourceFrame]) -> NDArray[np.uint8]:
        if self.rows * self.columns == 1:
            image = frames[0].image
            return resize_image(image, self._height, self._width) if self._width else image
        canvas = np.zeros((self._height, self._width, 3), np.uint8)
        cells = grid_cells(self._height, self._width, self.rows, self.columns)
        for frame, cell in zip(frames, cells, strict=False):
            part = canvas[cell]
            part[...] = enlarge_recoverably(frame.image, *part.shape[:2])
        return canvas
