# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Changing the size of images without loss where that is possible."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.images.resizing import resize_image


def random_image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 100 + width).integers(
        0, 256, (height, width, 3), dtype=np.uint8
    )


@settings(deadline=None)  # the machine may be busy
@given(
    height=st.integers(1, 32),
    width=st.integers(1, 32),
    down=st.integers(1, 20),
    across=st.integers(1, 20),
)
def test_whole_factors_up_and_down_again_are_exact(height, width, down, across):
    image = random_image(height, width)
    enlarged = resize_image(image, height * down, width * across)
    np.testing.assert_array_equal(enlarged, image.repeat(down, axis=0).repeat(across, axis=1))
    np.testing.assert_array_equal(resize_image(enlarged, height, width), image)


def test_cifar_image_to_camera_size_and_back_is_exact():
    image = random_image(32, 32)
    np.testing.assert_array_equal(resize_image(resize_image(image, 480, 640), 32, 32), image)


def test_shrinking_averages_areas():
    image = random_image(60, 80)
    np.testing.assert_array_equal(
        resize_image(image, 32, 32), cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA)
    )


@pytest.mark.parametrize('size', [(4, 64), (64, 4)])
def test_one_side_can_shrink_while_the_other_grows(size):
    image = random_image(16, 16)
    rows, columns = size
    resized = resize_image(image, rows, columns)
    least = cv2.resize(image, (min(columns, 16), min(rows, 16)), interpolation=cv2.INTER_AREA)
    expected = least.repeat(max(rows // 16, 1), axis=0).repeat(max(columns // 16, 1), axis=1)
    np.testing.assert_array_equal(resized, expected)


@settings(deadline=None)  # the machine may be busy
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_the_result_in_a_part_of_a_larger_array_is_the_same(before, after):
    image = random_image(*before)
    canvas = np.full((after[0] + 2, after[1] + 2, 3), 7, np.uint8)
    out = canvas[1:-1, 1:-1]
    assert resize_image(image, *after, out=out) is out
    np.testing.assert_array_equal(out, resize_image(image, *after))
    canvas[1:-1, 1:-1] = 7
    assert np.all(canvas == 7)


@pytest.mark.parametrize('size', [(1080, 1920), (600, 800), (360, 640), (480, 640), (97, 101)])
def test_shrinking_in_steps_averages_as_one_step_does(size: tuple[int, int]) -> None:
    coarse = np.random.default_rng(0).integers(0, 256, (9, 16, 3), np.uint8)
    image = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
    expected = cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA)
    found = resize_image(image, 32, 32)
    assert np.abs(found.astype(int) - expected).max() <= 1
    if size == (480, 640):  # whole factors
        np.testing.assert_array_equal(found, expected)
