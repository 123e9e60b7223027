# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Enlarging images so that area averaging brings them back."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.datasets.generated import generate_images
from dyn_perception.images.resizing import resize_image
from dyn_perception.sources.enlarging import enlarge_recoverably


def random_image(height: int, width: int, low: int = 0, high: int = 256) -> np.ndarray:
    generator = np.random.default_rng(height * 1000 + width)
    return generator.integers(low, high, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 9), st.integers(1, 9))
def test_whole_factors_repeat_pixels(height, width, down, across):
    image = random_image(height, width)
    enlarged = enlarge_recoverably(image, height * down, width * across)
    np.testing.assert_array_equal(enlarged, image.repeat(down, axis=0).repeat(across, axis=1))


@settings(deadline=None)
@given(st.integers(1, 32), st.integers(1, 32), st.floats(1, 6), st.floats(1, 6))
def test_images_without_extremes_come_back_within_rounding(height, width, down, across):
    """Without clipping what is left is rounding, at most one level."""
    image = random_image(height, width, 120, 136)
    enlarged = enlarge_recoverably(image, int(height * down), int(width * across))
    back = resize_image(enlarged, height, width).astype(int)
    assert np.abs(back - image).max() <= 1


def test_a_fraction_of_repetitions_error_is_left_at_factor_two_and_a_half():
    images = generate_images(20).images
    errors = {'repeated': [], 'recoverable': []}
    for image in images:
        repeated = cv2.resize(image, (80, 80), interpolation=cv2.INTER_NEAREST_EXACT)
        for name, enlarged in (
            ('repeated', repeated),
            ('recoverable', enlarge_recoverably(image, 80, 80)),
        ):
            back = resize_image(enlarged, 32, 32).astype(int)
            errors[name].append(np.abs(back - image).mean())
    assert np.mean(errors['recoverable']) < 0.1 * np.mean(errors['repeated'])


def test_sides_that_shrink_are_averaged():
    image = random_image(40, 40)
    np.testing.assert_array_equal(enlarge_recoverably(image, 20, 30), resize_image(image, 20, 30))
    both = enlarge_recoverably(image, 20, 60)
    expected = enlarge_recoverably(resize_image(image, 20, 40), 20, 60)
    np.testing.assert_array_equal(both, expected)
