# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing the classes onto the frame, for people."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.grid import grid_cells

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT = 22  # pixels of a capital letter with its margin at scale 1
_BEST = (0, 255, 255)
_OTHER = (255, 255, 255)
_BACKGROUND = (0, 0, 0)


def draw_overlay(
    image: NDArray[np.uint8], rows: int, columns: int, texts: Sequence[str], best: int
) -> NDArray[np.uint8]:
    """Return a copy of a BGR image, [H, W, 3], with one text a region (row by row).

    The best region's text is yellow. Small images are enlarged so that the texts can be read.
    """
    enlarge = max(1, round(320 / image.shape[1]))
    canvas = cv2.resize(image, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_NEAREST)
    height, width = canvas.shape[:2]
    cells = grid_cells(height, width, rows, columns)
    for index, (text, (vertical, horizontal)) in enumerate(zip(texts, cells, strict=True)):
        left, right = horizontal.start, horizontal.stop
        top, bottom = vertical.start, vertical.stop
        colour = _BEST if index == best else _OTHER
        if len(texts) > 1:
            cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), _OTHER, 1)
        (text_width, _), _ = cv2.getTextSize(text, _FONT, 1.0, 1)
        scale = min(0.7, 0.9 * (right - left) / text_width, 0.4 * (bottom - top) / _FONT_HEIGHT)
        baseline = top + int(scale * _FONT_HEIGHT) + 4
        for line, thickness in ((_BACKGROUND, 3), (colour, 1)):
            cv2.putText(
                canvas, text, (left + 4, baseline), _FONT, scale, line, thickness, cv2.LINE_AA
            )
    return canvas
