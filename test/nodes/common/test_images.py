# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Images between messages and plain values."""

import numpy as np
import pytest
from std_msgs.msg import Header

from dyn_perception.images.decoding import EncodedImage, RawImage, decode_image
from dyn_perception.nodes.common.images import from_message, jpeg_message, raw_message
from support.images import image_message, random_pixels


@pytest.mark.parametrize('encoding', ['bgr8', 'rgb8'])
def test_raw_message_is_decoded_to_the_same_pixels(encoding: str) -> None:
    pixels = random_pixels(6, 10)
    header = Header(frame_id='front')
    message = raw_message(pixels[:, ::2], header, encoding)  # not contiguous
    assert message.header == header
    assert np.array_equal(decode_image(from_message(message)), pixels[:, ::2])


def test_data_of_a_message_is_shared() -> None:
    message = image_message()
    image = from_message(message)
    assert isinstance(image, RawImage)
    assert image.data is message.data


def test_jpeg_message_is_decoded_to_similar_pixels() -> None:
    pixels = np.full((16, 16, 3), (10, 200, 90), np.uint8)
    image = from_message(jpeg_message(pixels, Header()))
    assert isinstance(image, EncodedImage)
    assert np.abs(decode_image(image).astype(int) - pixels).max() < 5
