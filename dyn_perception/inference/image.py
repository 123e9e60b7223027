# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera images as they arrive, decoded to BGR pixels."""

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.encoded_image import EncodedImage, decode_encoded_image
from dyn_perception.inference.errors import ImageError
from dyn_perception.inference.raw_image import RawImage, decode_raw_image

__all__ = ['EncodedImage', 'ImageError', 'RawImage', 'decode_image']


def decode_image(image: RawImage | EncodedImage) -> NDArray[np.uint8]:
    """Return the pixels of an image, BGR uint8 [height, width, 3].

    The result may be a read-only view of the image's data.

    Raises:
        ImageError: if the image is empty, damaged, too large or of an unknown encoding.
    """
    if isinstance(image, RawImage):
        return decode_raw_image(image)
    return decode_encoded_image(image)
