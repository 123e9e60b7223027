# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Uncompressed images: the encodings of `sensor_msgs/Image`."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.errors import ImageError
from dyn_perception.inference.image_data import ImageData


@dataclass(frozen=True)
class RawImage:
    """The plain values of a `sensor_msgs/Image`.

    Attributes:
        height: rows of pixels.
        width: pixels of a row.
        encoding: a name in `ENCODINGS`.
        is_bigendian: byte order of values of two bytes; values of one byte have none.
        step: bytes from the start of one row to the next, padding included.
        data: step * height bytes.
    """

    height: int
    width: int
    encoding: str
    is_bigendian: bool
    step: int
    data: ImageData


class _Layout(NamedTuple):
    """Bytes of a pixel, and the OpenCV conversion to BGR (None: it is BGR already)."""

    pixel_bytes: int
    conversion: int | None


_LAYOUTS = {
    'bgr8': _Layout(3, None),
    'rgb8': _Layout(3, cv2.COLOR_RGB2BGR),
    'mono8': _Layout(1, cv2.COLOR_GRAY2BGR),
    'mono16': _Layout(2, cv2.COLOR_GRAY2BGR),
    'bgra8': _Layout(4, cv2.COLOR_BGRA2BGR),
    'rgba8': _Layout(4, cv2.COLOR_RGBA2BGR),
    'yuv422': _Layout(2, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': _Layout(2, cv2.COLOR_YUV2BGR_UYVY),
    'yuv422_yuy2': _Layout(2, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': _Layout(2, cv2.COLOR_YUV2BGR_YUY2),
    '8UC1': _Layout(1, cv2.COLOR_GRAY2BGR),
    '8UC3': _Layout(3, None),
    '8UC4': _Layout(4, cv2.COLOR_BGRA2BGR),
}

ENCODINGS = tuple(_LAYOUTS)
"""Names of the encodings that `decode_raw_image` knows."""

_PIXEL_PAIRS = frozenset({'yuv422', 'uyvy', 'yuv422_yuy2', 'yuyv'})


def decode_raw_image(image: RawImage) -> NDArray[np.uint8]:
    """Return the pixels of an uncompressed image, BGR uint8 [height, width, 3].

    The result is a view of `image.data` where the encoding is BGR already.

    Raises:
        ImageError: if the sizes do not fit each other or the encoding is unknown.
    """
    layout = _LAYOUTS.get(image.encoding)
    if layout is None:
        raise ImageError(
            f'encoding {image.encoding!r} is unknown: convert the images to one of '
            f'{", ".join(ENCODINGS)}'
        )
    height, width = image.height, image.width
    row_bytes = width * layout.pixel_bytes
    content = np.frombuffer(image.data, np.uint8)
    _check_sizes(image, row_bytes, content.size)
    rows = content.reshape(height, image.step)[:, :row_bytes]
    if image.encoding == 'mono16':
        rows = rows[:, 0 if image.is_bigendian else 1 :: 2]  # the high byte of each value
        pixels = np.ascontiguousarray(rows)
    else:
        pixels = rows.reshape(height, width, layout.pixel_bytes)
    if layout.conversion is None:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, layout.conversion), np.uint8)


def _check_sizes(image: RawImage, row_bytes: int, data_bytes: int) -> None:
    if image.height < 1 or image.width < 1:
        raise ImageError(
            f'image of {image.width} x {image.height} pixels is empty: both sides must be at '
            'least 1; check the camera driver'
        )
    if image.encoding in _PIXEL_PAIRS and image.width % 2:
        raise ImageError(
            f'width {image.width} is odd: {image.encoding} stores pixels in pairs; '
            'set an even width in the camera driver'
        )
    if image.step < row_bytes:
        raise ImageError(
            f'step {image.step} is too small: a row of {image.width} pixels in {image.encoding} '
            f'has {row_bytes} bytes; set step to that or more in the camera driver'
        )
    expected = image.step * image.height
    if data_bytes != expected:
        raise ImageError(
            f'data has {data_bytes} bytes: step {image.step} x height {image.height} makes '
            f'{expected}; set step and data to match in the camera driver'
        )
