# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Cutting, resizing and normalising, against their definition."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.images.decoding import ImageError
from dyn_perception.images.resizing import resize_image
from dyn_perception.inference.preprocessing import Preprocessor
from dyn_perception.network.manifest import InputSpecification

MEAN = (0.49, 0.48, 0.45)
STD = (0.25, 0.24, 0.26)


def specification(height: int = 32, width: int = 32) -> InputSpecification:
    return InputSpecification(height=height, width=width, mean=MEAN, std=STD)


def random_frame(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def expected_batch(frame: np.ndarray, spec: InputSpecification, rows: int, columns: int):
    """Follow the definition region by region."""
    height, width = frame.shape[:2]
    batch = []
    for row in range(rows):
        for column in range(columns):
            region = np.ascontiguousarray(
                frame[
                    row * height // rows : (row + 1) * height // rows,
                    column * width // columns : (column + 1) * width // columns,
                ]
            )
            rgb = resize_image(region, spec.height, spec.width)[..., ::-1] / 255
            batch.append(((rgb - MEAN) / STD).transpose(2, 0, 1))
    return np.stack(batch)


def pixel_levels(difference: np.ndarray) -> np.ndarray:
    """Return differences of normalised values in levels of 0...255."""
    return np.abs(difference) * 255 * np.asarray(STD)[:, None, None]


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(1, 4),
    columns=st.integers(1, 5),
    height=st.integers(4, 90),
    width=st.integers(5, 90),
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    seed=st.integers(0, 1000),
)
def test_the_batch_equals_its_definition(rows, columns, height, width, size, seed):
    spec = specification(*size)
    frame = random_frame(height, width, seed)
    batch = Preprocessor(spec, (rows, columns))(frame)
    assert batch.dtype == np.float32
    assert batch.flags.c_contiguous
    assert batch.shape == (rows * columns, 3, *size)
    difference = pixel_levels(batch - expected_batch(frame, spec, rows, columns))
    # Area averaging may round a half up here and down there: one level.
    assert difference.max() < 1.001
    assert np.mean(difference > 0.001) < 0.01


@pytest.mark.parametrize(
    ('height', 'width', 'regions', 'size'),
    [(24, 50, (1, 2), (1, 2)), (50, 24, (2, 1), (2, 1)), (720, 1286, (1, 2), (33, 33))],
)
def test_no_average_reaches_over_a_border_of_regions(height, width, regions, size):
    """The frame can be halved where its regions cannot: their borders lie within the pairs."""
    white_and_black = np.zeros((height, width, 3), np.uint8)
    white_and_black[: height // regions[0], : width // regions[1]] = 255
    batch = Preprocessor(specification(*size), regions)(white_and_black)
    levels = np.unique(np.round(pixel_levels(batch - batch.min(axis=(0, 2, 3))[:, None, None])))
    assert levels.tolist() == [0, 255]


@pytest.mark.parametrize('regions', [(1, 1), (6, 8), (3, 5), (7, 9)])
def test_camera_frames_equal_the_definition_exactly(regions):
    frame = random_frame(480, 640)
    batch = Preprocessor(specification(), regions)(frame)
    expected = expected_batch(frame, specification(), *regions)
    assert pixel_levels(batch - expected).max() < 0.001


def test_an_image_enlarged_to_camera_size_comes_back_exactly():
    image = random_frame(32, 32)
    camera = resize_image(image, 480, 640)
    batch = Preprocessor(specification())(camera)
    np.testing.assert_allclose(batch, expected_batch(image, specification(), 1, 1), atol=1e-5)


def test_each_region_is_its_own_image():
    images = [random_frame(32, 32, seed) for seed in range(6)]
    tiles = [cv2.resize(image, (64, 96), interpolation=cv2.INTER_NEAREST) for image in images]
    frame = np.vstack([np.hstack(tiles[0:3]), np.hstack(tiles[3:6])])
    batch = Preprocessor(specification(), (2, 3))(frame)
    for number, image in enumerate(images):
        expected = expected_batch(image, specification(), 1, 1)[0]
        np.testing.assert_allclose(batch[number], expected, atol=1e-5)


def test_strided_and_read_only_frames_are_accepted():
    wide = random_frame(48, 70)
    wide.flags.writeable = False
    view = wide[:, 3:67]
    batch = Preprocessor(specification(), (2, 2))(view)
    expected = expected_batch(view, specification(), 2, 2)
    np.testing.assert_allclose(batch, expected, atol=1e-5)


def test_the_buffer_is_reused_and_overwritten():
    preprocessor = Preprocessor(specification())
    first = preprocessor(random_frame(40, 40, 1))
    kept = first.copy()
    second = preprocessor(random_frame(40, 40, 2))
    assert first is second
    assert not np.array_equal(second, kept)


def test_a_frame_of_the_networks_own_size_is_not_changed():
    frame = random_frame(32, 32)
    before = frame.copy()
    batch = Preprocessor(specification())(frame)
    np.testing.assert_array_equal(frame, before)
    np.testing.assert_allclose(batch, expected_batch(frame, specification(), 1, 1), atol=1e-5)


@pytest.mark.parametrize('shape', [(5, 100), (100, 7)])
def test_a_frame_smaller_than_the_grid_is_refused(shape):
    with pytest.raises(
        ImageError, match=r'smaller than regions \[6, 8\].*fewer regions'
    ) as caught:
        Preprocessor(specification(), (6, 8))(random_frame(*shape))
    assert f'{shape[1]} x {shape[0]}' in str(caught.value)


@pytest.mark.parametrize('regions', [(0, 1), (1, 0), (-1, 2)])
def test_an_empty_grid_is_refused(regions):
    with pytest.raises(ImageError, match='at least 1 row'):
        Preprocessor(specification(), regions)
