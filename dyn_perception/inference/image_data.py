# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an image, in whatever holds them; ROS 2 messages hold an `array.array`."""

from array import array
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

ImageData: TypeAlias = 'bytes | bytearray | memoryview | array[int] | NDArray[np.uint8]'
