# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""An image as text: two pixels a character."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

UPPER_HALF = '▀'
_RAMP = ' .:-=+*#%@'  # from dark to bright, where there are no colours


class Thumbnail:
    """Draws an image with half blocks in true colour, or with letters where there is no colour.

    A character is about twice as high as wide, so a half block is about square.
    """

    def __init__(self, image: NDArray[np.uint8], columns: int, rows: int) -> None:
        """Scale a BGR image, [H, W, 3], to `columns` x `rows` characters."""
        self._columns = columns
        self._pixels = cv2.resize(image, (columns, 2 * rows), interpolation=cv2.INTER_AREA)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        colourless = console.no_color or console.color_system is None
        yield from self._letters() if colourless else self._half_blocks()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self._columns, self._columns)

    def _half_blocks(self) -> Iterator[Segment]:
        rgb = self._pixels[:, :, ::-1].tolist()
        for upper, lower in zip(rgb[::2], rgb[1::2], strict=True):
            start = 0
            for end in range(1, len(upper) + 1):
                # One segment for equal neighbours: enlarged small images have many.
                if end < len(upper) and (upper[end], lower[end]) == (upper[start], lower[start]):
                    continue
                style = Style.from_color(
                    Color.from_rgb(*upper[start]), Color.from_rgb(*lower[start])
                )
                yield Segment(UPPER_HALF * (end - start), style)
                start = end
            yield Segment.line()

    def _letters(self) -> Iterator[Segment]:
        grey = cv2.cvtColor(self._pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
        levels = (grey[::2] + grey[1::2]) / 2 / 256 * len(_RAMP)
        for line in levels.astype(int):
            yield Segment(''.join(_RAMP[level] for level in line))
            yield Segment.line()


def fit(image: NDArray[np.uint8], columns: int, rows: int) -> tuple[int, int]:
    """Return the largest (columns, rows) of characters within limits with the image's shape."""
    height, width = image.shape[:2]
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))
