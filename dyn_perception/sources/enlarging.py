# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Enlarging small images so that area averaging brings them back."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dyn_perception.images.resizing import resize_image


def enlarge_recoverably(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Enlarge an image so that area averaging to its old size returns it.

    Whole factors repeat pixels. With others, pixels of the result lie across the border of two
    old ones, and repeating mixes neighbours: CIFAR-10 images enlarged from 32 to 80 pixels come
    back with a mean error of 2.6 of 255 levels (linear interpolation: 3.8). So the result is the
    least-norm solution of "area averaging gives the image", separately for rows and columns. Its
    pixels overshoot a little at sharp edges; what is lost is their clipping to 0...255 (mean
    error 0.03 levels). For whole factors this solution is the repetition. Over the 10,000 test
    images in mosaics of 6 x 8 the shipped networks lose 0.9 to 1.3 points by repeating, 3.5 to
    4.8 by linear interpolation, and at most 0.03 this way.

    Sides that shrink are averaged as `resize_image` does.

    Args:
        image: uint8 [rows, columns, channels].
        height: rows of the result.
        width: columns of the result.
    """
    image = resize_image(image, min(len(image), height), min(image.shape[1], width))
    rows, columns = image.shape[:2]
    if height % rows == 0 and width % columns == 0:
        return resize_image(image, height, width)
    tall = _enlarge_rows(image.astype(np.float32), height)
    turned = _enlarge_rows(np.ascontiguousarray(tall.transpose(1, 0, 2)), width)
    levels = np.clip(np.rint(turned), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(1, 0, 2))


def _enlarge_rows(image: NDArray[np.float32], height: int) -> NDArray[np.float32]:
    """Apply the least-norm solution A^T (A A^T)^-1, where A averages `height` rows."""
    axis = _axis(len(image), height)
    # Not a matrix product of BLAS, whose threads wait for each other on a busy machine.
    solved = np.einsum('ij,jk->ik', axis.inverse, image.reshape(len(image), -1))
    solved = solved.reshape(image.shape)
    share = axis.share[:, None, None]
    enlarged: NDArray[np.float32] = solved[axis.first] * share + solved[axis.second] * (1 - share)
    return enlarged


class _Axis(NamedTuple):
    """How the pixels of one side are enlarged.

    Attributes:
        inverse: (A A^T)^-1 * small / large, [small, small].
        first: the small pixel in which each large one starts, [large].
        second: the next one, in which it may end, [large].
        share: of each large pixel that lies in its first small one, [large].
    """

    inverse: NDArray[np.float32]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    share: NDArray[np.float32]


@cache
def _axis(small: int, large: int) -> _Axis:
    pixels = np.arange(large)
    first = pixels * small // large
    second = np.minimum(first + 1, small - 1)
    share = np.clip((first + 1) * large / small - pixels, 0, 1)
    averaging = np.zeros((small, large))
    np.add.at(averaging, (first, pixels), share * small / large)
    np.add.at(averaging, (second, pixels), (1 - share) * small / large)
    inverse = np.linalg.inv(averaging @ averaging.T) * small / large
    return _Axis(inverse.astype(np.float32), first, second, share.astype(np.float32))
