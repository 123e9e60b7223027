# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Arrays as images."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dyn_perception.images.array import image_from_array
from dyn_perception.images.decoding import ImageError, decode_image

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_an_image_keeps_its_pixels(pixels: np.ndarray) -> None:
    np.testing.assert_array_equal(decode_image(image_from_array(pixels)), pixels)


@pytest.mark.parametrize(
    'view', [PIXELS[::2, 1:5], PIXELS[:, ::-1], PIXELS[..., ::-1], PIXELS.transpose(1, 0, 2)]
)
def test_a_view_is_an_image_too(view: np.ndarray) -> None:
    np.testing.assert_array_equal(decode_image(image_from_array(view)), view)


def test_contiguous_pixels_are_not_copied() -> None:
    assert np.shares_memory(decode_image(image_from_array(PIXELS)), PIXELS)


@pytest.mark.parametrize(
    ('wrong', 'value', 'remedy'),
    [
        (None, 'None', 'check the path'),
        ('image.png', 'a str', 'numpy.asarray'),
        (PIXELS.tolist(), 'a list', 'numpy.asarray'),
        (PIXELS[..., 0], 'grey', 'COLOR_GRAY2BGR'),
        (PIXELS[..., :1], 'grey', 'COLOR_GRAY2BGR'),
        (np.dstack([PIXELS, PIXELS[..., :1]]), 'four channels', 'COLOR_BGRA2BGR'),
        (PIXELS.transpose(2, 0, 1), '[3, 6, 8]', 'channels last'),
        (PIXELS[None], '[1, 6, 8, 3]', 'one image a call'),
        (PIXELS / 255, 'float64', 'astype(numpy.uint8)'),
        (PIXELS.astype(np.uint16), 'uint16', 'astype(numpy.uint8)'),
        (PIXELS[:0], 'empty', 'where it comes from'),
    ],
)
def test_anything_else_is_refused_with_value_rule_and_remedy(
    wrong: Any, value: str, remedy: str
) -> None:
    with pytest.raises(ImageError) as caught:
        image_from_array(wrong)
    text = str(caught.value)
    assert value in text and 'uint8, BGR [height, width, 3]' in text and remedy in text
