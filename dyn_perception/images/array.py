# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Images that a Python program hands over as arrays."""

import numpy as np

from dyn_perception.images.decoding import ImageError, RawImage

_RULE = 'an image is a numpy array of uint8, BGR [height, width, 3], as cv2.imread returns it'


def image_from_array(pixels: object) -> RawImage:
    """Return an array as the image that pipelines take; contiguous pixels are not copied.

    Args:
        pixels: BGR, uint8 [height, width, 3].

    Raises:
        ImageError: if it is anything else; nothing is converted silently.
    """
    problem, remedy = _problem(pixels)
    if problem:
        raise ImageError(f'{problem}: {_RULE}; {remedy}')
    assert isinstance(pixels, np.ndarray)
    height, width, _ = pixels.shape
    return RawImage(height, width, 'bgr8', False, 3 * width, np.ascontiguousarray(pixels))


def _problem(pixels: object) -> tuple[str, str]:
    """Return what is wrong with an array and what helps, both empty if nothing is."""
    if pixels is None:
        return 'image is None', 'cv2.imread returns None for a file it cannot read: check the path'
    if not isinstance(pixels, np.ndarray):
        return f'image is a {type(pixels).__name__}', 'convert it with numpy.asarray'
    what = f'image of shape {list(pixels.shape)} and type {pixels.dtype}'
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1] if pixels.ndim == 3 else 0
    if channels == 1:
        return f'{what} is grey', 'convert it with cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)'
    if channels == 4:
        return (
            f'{what} has four channels',
            'convert it with cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)',
        )
    if channels != 3:
        return f'{what} is no colour image', 'move the channels last, and give one image a call'
    if pixels.size == 0:
        return f'{what} is empty', 'check where it comes from'
    if pixels.dtype != np.uint8:
        return f'{what} does not fit', 'scale it to 0...255, then .astype(numpy.uint8)'
    return '', ''
