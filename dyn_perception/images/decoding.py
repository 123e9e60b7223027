# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera images as they arrive, raw or compressed, decoded to BGR pixels."""

from array import array
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray


class ImageError(Exception):
    """An image that cannot be decoded or cut into regions."""


ImageData: TypeAlias = 'bytes | bytearray | memoryview | array[int] | NDArray[np.uint8]'


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


def decode_image(image: RawImage | EncodedImage) -> NDArray[np.uint8]:
    """Return the pixels of an image, BGR uint8 [height, width, 3].

    The result may be a read-only view of the image's data.

    Raises:
        ImageError: if the image is empty, damaged, too large or of an unknown encoding.
    """
    if isinstance(image, RawImage):
        return decode_raw_image(image)
    return decode_encoded_image(image)
