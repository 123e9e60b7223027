# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The diagrams and images of characters that the demo draws."""

import io

import numpy as np
import pytest
from rich.console import Console

from dyn_perception.demo.drawing import (
    Thumbnail,
    fit,
    group_bar,
    history,
    mark_wrong,
    share_bar,
)

RED_OVER_BLUE = np.array([[[0, 0, 255]], [[255, 0, 0]]], np.uint8)  # BGR


def draw(content: object, **options: object) -> str:
    """Return what a small terminal shows."""
    options = {'color_system': 'truecolor', 'force_terminal': True, **options}
    console = Console(file=io.StringIO(), width=10, height=10, _environ={}, **options)
    console.print(content)
    return console.file.getvalue()


def test_a_thumbnail_has_two_pixels_a_character() -> None:
    text = draw(Thumbnail(RED_OVER_BLUE, 1, 1))
    assert text.startswith('\x1b[38;2;255;0;0;48;2;0;0;255m▀')


@pytest.mark.parametrize('options', [{'no_color': True}, {'color_system': None}])
def test_a_thumbnail_without_colours_has_letters_of_the_same_brightness(
    options: dict[str, object],
) -> None:
    image = np.repeat(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8), 2, 0)
    assert draw(Thumbnail(image, 2, 1), **options).splitlines()[0] == ' @'


@pytest.mark.parametrize(
    'limits, size', [((40, 15), (40, 15)), ((100, 15), (40, 15)), ((20, 99), (20, 8))]
)
def test_a_thumbnail_keeps_the_shape_of_the_image(
    limits: tuple[int, int], size: tuple[int, int]
) -> None:
    assert fit(np.zeros((480, 640, 3), np.uint8), *limits) == size


def test_bars() -> None:
    assert share_bar(0.5, 4, 'red').plain == '██··'
    assert share_bar(7.0, 4, 'red').plain == '████'
    assert group_bar(2, 4, 7).plain == '█ █ ░ ░'
    assert [len(group_bar(3, groups, 10).plain) for groups in (4, 9, 10, 40)] == [7, 9, 10, 10]
    assert history([(n, 'red') for n in (1, 2, 4, 4, 90)], 6).plain == ' ▂▄███'
    assert history([], 3).plain == '   '


def test_wrong_regions_are_red() -> None:
    image = np.full((4, 6, 3), 100, np.uint8)
    marked = mark_wrong(image, (True, False, None, True, True, False), 3)
    is_red = (marked[..., 2] > 150).astype(int)
    assert is_red[::2, ::2].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert np.array_equal(is_red, np.kron(is_red[::2, ::2], np.ones((2, 2), int)))
    assert (image == 100).all()
