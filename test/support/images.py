# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Image messages for tests of nodes."""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

_numbers = itertools.count(1)


def random_pixels(height: int = 48, width: int = 64, seed: int = 0) -> NDArray[np.uint8]:
    """Return a BGR image."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def image_message(height: int = 48, width: int = 64, seed: int = 0) -> Image:
    """Return a bgr8 image with a header that no other one has."""
    message = Image(height=height, width=width, encoding='bgr8', step=width * 3)
    message.data.frombytes(random_pixels(height, width, seed).tobytes())
    _set_header(message)
    return message


def jpeg_message(height: int = 48, width: int = 64, seed: int = 0) -> CompressedImage:
    """Return a JPEG with a header that no other one has."""
    message = CompressedImage(format='jpeg')
    message.data.frombytes(cv2.imencode('.jpg', random_pixels(height, width, seed))[1].tobytes())
    _set_header(message)
    return message


def _set_header(message: Image | CompressedImage) -> None:
    number = next(_numbers)
    message.header.stamp.sec = number
    message.header.stamp.nanosec = 999_999_999 - number
    message.header.frame_id = f'camera_{number}'
