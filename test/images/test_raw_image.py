# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Raw images of every encoding, step and byte order."""

import array
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from dyn_perception.images.decoding import ENCODINGS, ImageError, RawImage, decode_image

BUFFERS = (bytes, bytearray, memoryview, lambda data: array.array('B', data))


def encode(bgr: NDArray[np.uint8], encoding: str, big_endian: bool) -> NDArray[np.uint8]:
    """Return the rows of an image in one encoding, uint8 [height, bytes], without OpenCV."""
    height, width = bgr.shape[:2]
    blue, green, red = (bgr[..., channel] for channel in range(3))
    opaque = np.full_like(blue, 77)
    planes = {
        'bgr8': (blue, green, red),
        '8UC3': (blue, green, red),
        'rgb8': (red, green, blue),
        'mono8': (blue,),
        '8UC1': (blue,),
        'mono16': (blue, opaque) if big_endian else (opaque, blue),
        'bgra8': (blue, green, red, opaque),
        '8UC4': (blue, green, red, opaque),
        'rgba8': (red, green, blue, opaque),
    }[encoding]
    return np.stack(planes, axis=-1).reshape(height, width * len(planes))


def raw_image(
    rows: NDArray[np.uint8], width: int, encoding: str, padding: int = 0, big_endian: bool = False
) -> RawImage:
    """Pad the rows with a value that would show."""
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=171)
    return RawImage(
        len(rows), width, encoding, big_endian, padded.shape[1], bytes(padded.tobytes())
    )


def small_image(seed: int = 0, height: int = 6, width: int = 8) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)  # the machine may be busy
@given(
    bgr=arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    encoding=st.sampled_from([name for name in ENCODINGS if name[0] not in 'uy']),
    padding=st.integers(0, 7),
    big_endian=st.booleans(),
    buffer=st.sampled_from(BUFFERS),
)
def test_every_encoding_step_and_byte_order_gives_the_same_pixels(
    bgr, encoding, padding, big_endian, buffer
):
    if encoding in ('mono8', '8UC1', 'mono16'):
        bgr = np.repeat(bgr[..., :1], 3, axis=2)
    image = raw_image(
        encode(bgr, encoding, big_endian), bgr.shape[1], encoding, padding, big_endian
    )
    image = replace(image, data=buffer(image.data))
    decoded = decode_image(image)
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, bgr)


def expected_bgr(luma: float, blue: float, red: float) -> tuple[float, float, float]:
    """Convert one pixel by ITU-R BT.601, studio range."""
    scaled = 1.164383 * (luma - 16)
    return (
        scaled + 2.017232 * (blue - 128),
        scaled - 0.391762 * (blue - 128) - 0.812968 * (red - 128),
        scaled + 1.596027 * (red - 128),
    )


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('padding', [0, 3])
@pytest.mark.parametrize(
    ('encoding', 'order'),
    [('yuv422', 'UYVY'), ('uyvy', 'UYVY'), ('yuv422_yuy2', 'YUYV'), ('yuyv', 'YUYV')],
)
def test_yuv_422_follows_bt_601(encoding, order, padding, big_endian):
    generator = np.random.default_rng(3)
    height, pairs = 5, 4
    luma = generator.integers(16, 236, (height, pairs, 2))
    blue = generator.integers(64, 192, (height, pairs))
    red = generator.integers(64, 192, (height, pairs))
    parts = {'U': [blue], 'V': [red], 'Y': [luma[..., 0], luma[..., 1]]}
    rows = np.stack([parts[letter].pop(0) for letter in order], axis=-1).astype(np.uint8)
    image = raw_image(rows.reshape(height, 4 * pairs), 2 * pairs, encoding, padding, big_endian)
    decoded = decode_image(image)
    for row, pair, side in np.ndindex(height, pairs, 2):
        pixel = expected_bgr(luma[row, pair, side], blue[row, pair], red[row, pair])
        np.testing.assert_allclose(
            decoded[row, 2 * pair + side], np.clip(pixel, 0, 255), atol=1.01
        )


def test_bgr_is_not_copied():
    data = bytearray(small_image().tobytes())
    decoded = decode_image(RawImage(6, 8, 'bgr8', False, 24, data))
    data[0] ^= 255
    assert decoded[0, 0, 0] == data[0]


def test_padded_bgr_can_be_resized_by_opencv():
    bgr = small_image()
    image = raw_image(encode(bgr, 'bgr8', False), 8, 'bgr8', padding=5)
    resized = cv2.resize(decode_image(image), (4, 3), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(resized, cv2.resize(bgr, (4, 3), interpolation=cv2.INTER_AREA))


GOOD = RawImage(6, 8, 'bgr8', False, 24, bytes(144))


@pytest.mark.parametrize(
    ('change', 'texts'),
    [
        ({'encoding': 'bayer_rggb8'}, ["'bayer_rggb8'", 'unknown', 'convert', 'yuv422_yuy2']),
        ({'encoding': ''}, ["''", 'unknown', 'convert']),
        ({'step': 23}, ['step 23', '24 bytes', 'camera driver']),
        ({'step': 0}, ['step 0', '24 bytes', 'camera driver']),
        ({'step': 25}, ['144 bytes', '150', 'camera driver']),
        ({'data': bytes(143)}, ['143 bytes', '144', 'camera driver']),
        ({'data': bytes(145)}, ['145 bytes', '144', 'camera driver']),
        ({'data': b''}, ['0 bytes', '144', 'camera driver']),
        ({'height': 0, 'data': b''}, ['8 x 0', 'at least 1', 'camera driver']),
        ({'width': 0}, ['0 x 6', 'at least 1', 'camera driver']),
        ({'height': -1}, ['8 x -1', 'at least 1', 'camera driver']),
        ({'height': 2**31 - 1}, ['144 bytes', str(24 * (2**31 - 1))]),
        ({'encoding': 'yuv422', 'width': 7}, ['width 7', 'pairs', 'even']),
        ({'encoding': 'yuv422_yuy2', 'width': 7}, ['width 7', 'pairs', 'even']),
    ],
)
def test_a_wrong_image_is_refused_by_value_rule_and_remedy(change, texts):
    with pytest.raises(ImageError) as caught:
        decode_image(replace(GOOD, **change))
    for text in texts:
        assert text in str(caught.value)


@settings(deadline=None)  # the machine may be busy
@given(
    height=st.integers(-1, 40),
    width=st.integers(-1, 40),
    encoding=st.sampled_from([*ENCODINGS, 'nv21', '32FC1']),
    step=st.integers(-1, 200),
    data=st.binary(max_size=2000),
)
def test_arbitrary_fields_give_pixels_or_an_image_error(height, width, encoding, step, data):
    try:
        decoded = decode_image(RawImage(height, width, encoding, True, step, data))
    except ImageError:
        return
    assert decoded.shape == (height, width, 3)
