# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Video files, through OpenCV."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from dyn_perception.sources.frame_source import SourceError, SourceFrame
from dyn_perception.sources.stored_source import Entries, StoredSource

_logger = logging.getLogger(__name__)


class VideoSource(StoredSource):
    """The frames of a video file, without labels."""

    def __init__(self, path: Path) -> None:
        """Check that the file can be opened.

        Raises:
            SourceError: if OpenCV cannot read it.
        """
        self._path = path
        self._warned_of_end = False
        super().__init__(str(path))
        with self._opened() as capture:
            if not capture.grab():
                raise self._unreadable('it has no frame')

    def _entries(self) -> Entries:
        with self._opened() as capture:
            count = 0
            while True:
                done, image = capture.read()
                if not done:
                    break
                count += 1
                name = f'{self._path} frame {count}'
                yield SourceFrame(np.asarray(image, np.uint8), '', name)
            stated = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if count < stated and not self._warned_of_end:
            self._warned_of_end = True
            _logger.warning(
                '%s ends after %d of the %d frames that it states: it may be damaged',
                self._path, count, stated,
            )  # fmt: skip

    @contextmanager
    def _opened(self) -> Iterator[cv2.VideoCapture]:
        capture = cv2.VideoCapture(str(self._path))
        try:
            if not capture.isOpened():
                raise self._unreadable('OpenCV cannot open it')
            yield capture
        finally:
            capture.release()

    def _unreadable(self, reason: str) -> SourceError:
        return SourceError(
            f'{self._path} is no readable video ({reason}): give a video file, a folder of '
            'images, a camera (camera:0), a bag or CIFAR-10'
        )
