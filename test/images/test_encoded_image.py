# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""JPEG and PNG images, whole and damaged."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.images.decoding import PIXEL_LIMIT, EncodedImage, ImageError, decode_image


def picture(channels: int = 3) -> np.ndarray:
    coarse = np.random.default_rng(1).integers(0, 256, (6, 8, channels), dtype=np.uint8)
    return cv2.resize(coarse, (64, 48), interpolation=cv2.INTER_CUBIC)


def encoded(suffix: str, pixels: np.ndarray | None = None, *options: int) -> bytes:
    done, data = cv2.imencode(suffix, picture() if pixels is None else pixels, options)
    assert done
    return data.tobytes()


JPEG = encoded('.jpg')
PNG = encoded('.png')


def png_header(width: int, height: int) -> bytes:
    """Return a valid PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack('>I', zlib.crc32(kind + content))
        return struct.pack('>I', len(content)) + kind + content + check

    header = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
    return b'\x89PNG\r\n\x1a\n' + header + chunk(b'IDAT', zlib.compress(b'')) + chunk(b'IEND', b'')


def jpeg_claiming(width: int, height: int) -> bytes:
    start = JPEG.index(b'\xff\xc0')
    return JPEG[: start + 5] + struct.pack('>HH', height, width) + JPEG[start + 9 :]


def test_png_is_lossless():
    np.testing.assert_array_equal(decode_image(EncodedImage('png', PNG)), picture())


@pytest.mark.parametrize('options', [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)])
@pytest.mark.parametrize('name', ['jpeg', 'jpg', 'bgr8; jpeg compressed bgr8', ''])
def test_jpeg_is_close_whatever_the_sender_calls_it(name, options):
    decoded = decode_image(EncodedImage(name, bytearray(encoded('.jpg', None, *options))))
    assert decoded.shape == (48, 64, 3)
    assert np.abs(decoded.astype(int) - picture()).mean() < 4


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_grey_images_become_three_channels(suffix):
    decoded = decode_image(EncodedImage('', encoded(suffix, picture(1))))
    assert decoded.shape == (48, 64, 3)
    np.testing.assert_array_equal(decoded[..., 0], decoded[..., 2])


def test_jpeg_with_padding_after_its_end_is_read():
    decoded = decode_image(EncodedImage('jpeg', JPEG + bytes(100)))
    np.testing.assert_array_equal(decoded, decode_image(EncodedImage('jpeg', JPEG)))


def test_jpeg_with_comment_and_fill_bytes_is_read():
    comment = b'\xff\xff\xff\xfe' + struct.pack('>H', 2 + 4) + b'\xff\xd9\xff\xda'
    decoded = decode_image(EncodedImage('jpeg', JPEG[:2] + comment + JPEG[2:]))
    np.testing.assert_array_equal(decoded, decode_image(EncodedImage('jpeg', JPEG)))


@pytest.mark.parametrize(
    ('data', 'texts'),
    [
        (b'', ['0 bytes', 'neither JPEG nor PNG']),
        (b'GIF89a and so on', ['neither JPEG nor PNG', 'publish']),
        (JPEG[: len(JPEG) // 2], ['damaged', 'check the sender']),
        (JPEG[:-2], ['damaged', 'check the sender']),
        (JPEG[:5], ['damaged', 'check the sender']),
        (JPEG[:200], ['damaged', 'check the sender']),
        (PNG[: len(PNG) // 2], ['damaged', 'check the sender']),
        (PNG[:20], ['damaged', 'check the sender']),
        (PNG[:60] + bytes([PNG[60] ^ 255]) + PNG[61:], ['damaged', 'check the sender']),
        (jpeg_claiming(0, 48), ['damaged', 'no size']),
        (jpeg_claiming(65535, 65535), ['65535 x 65535', str(PIXEL_LIMIT), 'lower']),
        (png_header(0, 5), ['damaged']),
        (png_header(64, 48), ['damaged']),
        (png_header(2**16, 2**15), ['65536 x 32768', str(PIXEL_LIMIT), 'lower']),
        (png_header(2**31 - 1, 2**31 - 1), [str(PIXEL_LIMIT), 'lower']),
    ],
)
def test_damaged_and_oversized_data_is_refused_by_value_rule_and_remedy(data, texts):
    with pytest.raises(ImageError) as caught:
        decode_image(EncodedImage('odd', data))
    assert "'odd'" in str(caught.value)
    for text in texts:
        assert text in str(caught.value)


def test_a_png_whose_damaged_length_asks_for_memory_does_not_reach_opencv(monkeypatch):
    place = PNG.index(b'IDAT') - 4
    data = PNG[:place] + struct.pack('>I', 1_200_000_000) + PNG[place + 4 :]
    monkeypatch.setattr(cv2, 'imdecode', lambda *_: pytest.fail('it was decoded'))
    with pytest.raises(ImageError, match='ends too early'):
        decode_image(EncodedImage('png', data))


@settings(max_examples=150, deadline=None)
@given(
    original=st.sampled_from([JPEG, PNG]),
    place=st.floats(0, 1),
    replacement=st.binary(min_size=1, max_size=20),
    cut=st.integers(0, 30),
)
def test_random_damage_gives_an_image_or_an_image_error(original, place, replacement, cut):
    position = int(place * len(original))
    data = original[:position] + replacement + original[position + cut :]
    try:
        decoded = decode_image(EncodedImage('jpeg', data))
    except ImageError:
        return
    assert decoded.ndim == 3 and decoded.shape[2] == 3
