# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images: JPEG and PNG of `sensor_msgs/CompressedImage`."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.errors import ImageError
from dyn_perception.inference.image_data import ImageData

PIXEL_LIMIT = 2**25
"""Most pixels of a compressed image (an 8K camera has 33.2 million of these 33.5)."""

_JPEG_START = b'\xff\xd8\xff'
_JPEG_END = b'\xff\xd9'
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0...SOF15
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_SCAN = 0xDA
_PNG_START = b'\x89PNG\r\n\x1a\n'
_PNG_FRAME_BYTES = 12  # length, kind and checksum of a chunk


@dataclass(frozen=True)
class EncodedImage:
    """The plain values of a `sensor_msgs/CompressedImage`.

    Attributes:
        format: what the sender calls it, for messages; the content decides.
        data: a whole JPEG or PNG file.
    """

    format: str
    data: ImageData


def decode_encoded_image(image: EncodedImage) -> NDArray[np.uint8]:
    """Return the pixels of a JPEG or PNG image, BGR uint8 [height, width, 3].

    The size is read from the header first, so that a small message cannot claim all memory.

    Raises:
        ImageError: if the data is no JPEG or PNG, is damaged or has too many pixels.
    """
    content = np.frombuffer(image.data, np.uint8)
    described = f'image of {content.size} bytes in format {image.format!r}'
    height, width = _stated_size(content, described)
    if height * width > PIXEL_LIMIT:
        raise ImageError(
            f'{described} has {width} x {height} pixels: at most {PIXEL_LIMIT} are decoded; '
            'lower the resolution of the camera'
        )
    try:
        pixels = cv2.imdecode(content, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise _damaged(described, str(error)) from error
    if pixels is None:
        raise _damaged(described, 'OpenCV cannot decode it')
    return np.asarray(pixels, np.uint8)


def _damaged(described: str, reason: str) -> ImageError:
    return ImageError(
        f'{described} is damaged ({reason}): a whole JPEG or PNG file is needed; check the sender'
    )


def _stated_size(content: NDArray[np.uint8], described: str) -> tuple[int, int]:
    """Return height and width from the header."""
    start = content[: len(_PNG_START)].tobytes()
    if start == _PNG_START:
        size = _png_size(content)
    elif start.startswith(_JPEG_START):
        size = _jpeg_size(content)
    else:
        raise ImageError(
            f'{described} starts with {start.hex() or "nothing"}: it is neither JPEG nor PNG; '
            'publish one of these, or raw images'
        )
    if size is None or 0 in size:
        raise _damaged(described, 'it ends too early or states no size')
    return size


def _png_size(content: NDArray[np.uint8]) -> tuple[int, int] | None:
    """Walk the chunks to the end; OpenCV takes as much memory as a damaged length asks for."""
    data = content.data
    size = None
    position = len(_PNG_START)
    while position + _PNG_FRAME_BYTES <= len(data):
        length = int.from_bytes(data[position : position + 4], 'big')
        kind = bytes(data[position + 4 : position + 8])
        if position + _PNG_FRAME_BYTES + length > len(data):
            return None
        if size is None:
            if kind != b'IHDR' or length < 8:
                return None
            width, height = (
                int.from_bytes(data[position + start : position + start + 4], 'big')
                for start in (8, 12)
            )
            size = height, width
        if kind == b'IEND':
            return size
        position += _PNG_FRAME_BYTES + length
    return None


def _jpeg_size(content: NDArray[np.uint8]) -> tuple[int, int] | None:
    """Walk the segments to the frame header; older OpenCV decodes a cut file to grey."""
    data = content.data
    size = None
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == _JPEG_SCAN:
            whole = bytes(data[position:]).rfind(_JPEG_END) >= 0
            return size if whole else None
        if marker == 0xFF:  # fill byte before a marker
            position += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            position += 2
        else:
            if marker in _JPEG_FRAMES:
                size = (
                    int.from_bytes(data[position + 5 : position + 7], 'big'),
                    int.from_bytes(data[position + 7 : position + 9], 'big'),
                )
            position += 2 + int.from_bytes(data[position + 2 : position + 4], 'big')
    return None
