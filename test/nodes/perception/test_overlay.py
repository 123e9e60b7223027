# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing the classes onto the frame."""

import numpy as np
import pytest

from dyn_perception.nodes.perception.messages import draw_overlay


@pytest.mark.parametrize(('rows', 'columns'), [(1, 1), (2, 3), (6, 8)])
def test_each_region_gets_its_text(rows: int, columns: int) -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    texts = ['cat 0.50'] * (rows * columns)
    best = rows * columns - 1
    canvas = draw_overlay(image, rows, columns, texts, best)
    assert canvas.shape == image.shape
    assert not image.any()
    height, width = 480 // rows, 640 // columns
    for index in range(rows * columns):
        row, column = divmod(index, columns)
        cell = canvas[row * height :, column * width :][2 : height - 2, 2 : width - 2]
        is_yellow = (cell[..., 2] > 200) & (cell[..., 0] < 50)
        assert cell.any()
        assert is_yellow.any() == (index == best)


def test_small_images_are_enlarged() -> None:
    image = np.zeros((32, 32, 3), np.uint8)
    assert draw_overlay(image, 1, 1, ['automobile 0.93'], 0).shape == (320, 320, 3)


def test_image_of_a_few_pixels_is_no_problem() -> None:
    image = np.zeros((1, 2, 3), np.uint8)
    draw_overlay(image, 1, 2, ['a long name of a class 0.93'] * 2, 0)
