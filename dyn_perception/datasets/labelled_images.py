# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Labelled images of one size, in memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.errors import DataError


@dataclass(frozen=True)
class LabelledImages:
    """Images of one size with their classes.

    Attributes:
        images: RGB, uint8 [N, height, width, 3].
        class_ids: index in `labels` of each image, int64 [N].
        labels: class names.
    """

    images: NDArray[np.uint8]
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.images.ndim != 4 or self.images.shape[3] != 3 or self.images.dtype != np.uint8:
            raise DataError(
                f'images of shape {self.images.shape} and type {self.images.dtype}: '
                'give uint8 [N, height, width, 3]'
            )
        if self.class_ids.shape != (len(self.images),):
            raise DataError(
                f'{len(self.images)} images have {self.class_ids.size} labels: give one each'
            )
        if self.class_ids.size and not (
            self.class_ids.min() >= 0 and self.class_ids.max() < len(self.labels)
        ):
            raise DataError(
                f'class ids {self.class_ids.min()}...{self.class_ids.max()} are out of range '
                f'0...{len(self.labels) - 1}: the data set has {len(self.labels)} labels'
            )

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, indices: NDArray[np.int64]) -> 'LabelledImages':
        """Return the images at `indices`, in that order."""
        return LabelledImages(self.images[indices], self.class_ids[indices], self.labels)
