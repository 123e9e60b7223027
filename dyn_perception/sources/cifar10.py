# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10's test images."""

from pathlib import Path

import numpy as np

from dyn_perception.datasets.cifar10 import read_cifar10
from dyn_perception.datasets.errors import DataError
from dyn_perception.sources.frame_source import SourceError, SourceFrame
from dyn_perception.sources.stored_source import Entries, StoredSource


class Cifar10Source(StoredSource):
    """The 10,000 labelled test images in the order of their file."""

    def __init__(self, folder: Path) -> None:
        """Read them all.

        Raises:
            SourceError: if a file is missing, truncated or not CIFAR-10.
        """
        try:
            self._data = read_cifar10(folder, 'test')
        except DataError as error:
            raise SourceError(str(error)) from error
        self.labels = self._data.labels
        super().__init__(str(folder))

    def _entries(self) -> Entries:
        pairs = zip(self._data.images, self._data.class_ids, strict=True)
        for number, (rgb, class_id) in enumerate(pairs):
            bgr = np.ascontiguousarray(rgb[..., ::-1])
            yield SourceFrame(bgr, self.labels[class_id], f'{self._place} test image {number}')
