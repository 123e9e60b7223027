# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Images between ROS messages and plain values, without needless copies."""

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from dyn_perception.images.decoding import EncodedImage, RawImage

_CONVERSIONS = {'bgr8': None, 'rgb8': cv2.COLOR_BGR2RGB, 'mono8': cv2.COLOR_BGR2GRAY}


def from_message(message: Image | CompressedImage) -> RawImage | EncodedImage:
    """Return the image of a message as plain values that share the message's data."""
    if isinstance(message, CompressedImage):
        return EncodedImage(format=message.format, data=message.data)
    return RawImage(
        height=message.height,
        width=message.width,
        encoding=message.encoding,
        is_bigendian=bool(message.is_bigendian),
        step=message.step,
        data=message.data,
    )


def raw_message(image: NDArray[np.uint8], header: Header, encoding: str = 'bgr8') -> Image:
    """Return a BGR image, [H, W, 3], as a message of the encoding bgr8, rgb8 or mono8."""
    conversion = _CONVERSIONS[encoding]
    pixels = image if conversion is None else cv2.cvtColor(image, conversion)
    height, width = pixels.shape[:2]
    step = width * (1 if encoding == 'mono8' else 3)
    message = Image(header=header, height=height, width=width, encoding=encoding, step=step)
    # Filling the array that the message has copies once; assigning goes element by element.
    message.data.frombytes(np.ascontiguousarray(pixels).data.cast('B'))
    return message


def jpeg_message(image: NDArray[np.uint8], header: Header, quality: int = 95) -> CompressedImage:
    """Return a BGR image, [H, W, 3], as a message with a JPEG, named as image_transport does."""
    encoded, data = cv2.imencode('.jpg', image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not encoded:
        raise ValueError(f'image of {image.shape} cannot be encoded as JPEG')
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data.frombytes(np.asarray(data, np.uint8).data.cast('B'))
    return message
