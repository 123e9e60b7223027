# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Mosaics: the counterpart of regions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.inference.preprocessing import Preprocessor
from dyn_perception.network.manifest import InputSpecification
from dyn_perception.sources.frame_source import FrameSource, SourceError, SourceFrame
from dyn_perception.sources.mosaic import Mosaic

PLAIN = InputSpecification(height=32, width=32, mean=(0, 0, 0), std=(1, 1, 1))


class ListSource(FrameSource):
    """A source of images in memory."""

    def __init__(self, images, labels=()) -> None:
        self.images = images
        self.labels = tuple(labels)
        self.position = 0
        self.closed = False

    def read(self) -> SourceFrame | None:
        if self.position == len(self.images):
            return None
        number = self.position
        self.position += 1
        label = self.labels[number % len(self.labels)] if self.labels else ''
        return SourceFrame(self.images[number], label, f'image {number}')

    def rewind(self) -> None:
        self.position = 0

    def close(self) -> None:
        self.closed = True


def images(count: int, height: int = 32, width: int = 32) -> np.ndarray:
    shape = (count, height, width, 3)
    return np.random.default_rng(count).integers(0, 256, shape, dtype=np.uint8)


def seen_by_the_node(frame, rows: int, columns: int) -> np.ndarray:
    """Return what the perception node makes of a frame, BGR images 0...255."""
    batch = Preprocessor(PLAIN, (rows, columns))(frame.image)
    return batch.transpose(0, 2, 3, 1)[..., ::-1] * 255


@pytest.mark.parametrize(
    ('grid', 'size'), [((5, 10), (640, 480)), ((3, 4), (640, 480)), ((15, 20), (640, 480))]
)
def test_whole_factors_come_back_exactly_where_there_is_one(grid, size):
    rows, columns = grid
    width, height = size
    exact = height // rows % 32 == 0 and width // columns % 32 == 0
    pictures = images(rows * columns)
    frame = Mosaic(ListSource(pictures), rows, columns, size).read()
    assert frame.image.shape == (height, width, 3)
    difference = np.abs(seen_by_the_node(frame, rows, columns) - pictures)
    assert (difference.max() < 0.001) == exact
    assert difference.mean() < 2


def test_six_by_eight_comes_back_nearly():
    """80 x 80 pixels for 32 x 32: not a whole factor; random noise is the worst case."""
    pictures = images(48) // 2 + 64
    frame = Mosaic(ListSource(pictures), 6, 8).read()
    assert frame.image.shape == (480, 640, 3)
    difference = np.abs(seen_by_the_node(frame, 6, 8) - pictures)
    assert difference.max() < 1.5
    assert difference.mean() < 0.2


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 40), st.integers(70, 90))
def test_no_label_is_lost_and_each_belongs_to_its_region(rows, columns, count, side):
    levels = np.linspace(10, 250, count).astype(np.uint8)
    pictures = [np.full((8, 8, 3), level, np.uint8) for level in levels]
    mosaic = Mosaic(ListSource(pictures, map(str, levels)), rows, columns, (side, side + 3))
    shown = []
    while (frame := mosaic.read()) is not None:
        assert (frame.rows, frame.columns) == (rows, columns)
        assert len(frame.labels) == len(frame.names) == rows * columns
        assert frame.image.shape == (side + 3, side, 3)
        seen = seen_by_the_node(frame, rows, columns)
        for label, name, picture in zip(frame.labels, frame.names, seen, strict=True):
            expected = int(label) if label else 0
            assert (label == '') == (name == '')
            np.testing.assert_allclose(picture, expected, atol=1.001)
            shown.append(name)
    assert [name for name in shown if name] == [f'image {number}' for number in range(count)]


def test_single_images_stay_as_they_are_without_a_size():
    pictures = images(2, 20, 30)
    mosaic = Mosaic(ListSource(pictures, ['cat', 'dog']))
    frame = mosaic.read()
    np.testing.assert_array_equal(frame.image, pictures[0])
    assert (frame.rows, frame.columns, frame.labels) == (1, 1, ('cat',))
    assert frame.names == ('image 0',)
    assert mosaic.labels == ('cat', 'dog')
    assert not mosaic.live


def test_single_images_at_camera_size_come_back_exactly():
    pictures = images(1)
    frame = Mosaic(ListSource(pictures), size=(640, 480)).read()
    assert frame.image.shape == (480, 640, 3)
    np.testing.assert_allclose(seen_by_the_node(frame, 1, 1), pictures, atol=0.001)


def test_images_of_different_sizes_fit_into_their_cells():
    pictures = [images(1, height, width)[0] for height, width in ((160, 120), (7, 9), (80, 300))]
    frame = Mosaic(ListSource(pictures), 2, 2, (100, 90)).read()
    assert frame.image.shape == (90, 100, 3)
    assert frame.image[:45, :50].std() > 0
    assert frame.image[45:, 50:].max() == 0


def test_rewind_and_close_reach_the_source():
    source = ListSource(images(3))
    mosaic = Mosaic(source, 1, 2)
    assert mosaic.read().names == ('image 0', 'image 1')
    mosaic.rewind()
    assert mosaic.read().names == ('image 0', 'image 1')
    assert mosaic.read().names == ('image 2', '')
    assert mosaic.read() is None
    mosaic.close()
    assert source.closed


@pytest.mark.parametrize('grid', [(0, 1), (1, 0), (-1, 3)])
def test_an_empty_grid_is_refused(grid):
    with pytest.raises(SourceError, match='is empty: give at least 1 row'):
        Mosaic(ListSource([]), *grid)


def test_a_frame_smaller_than_the_grid_is_refused():
    with pytest.raises(SourceError, match=r'10 x 4 .*mosaic \[5, 5\].*larger frame'):
        Mosaic(ListSource([]), 5, 5, (10, 4))
