# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras, through OpenCV and V4L2."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np

from dyn_perception.images.mailbox import Mailbox
from dyn_perception.sources.frame_source import (
    FrameSource,
    SourceError,
    SourceFrame,
    SourceUnavailableError,
)

_logger = logging.getLogger(__name__)


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def isOpened(self) -> bool: ...  # noqa: D102, N802
    def read(self) -> tuple[bool, Any]: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102


def open_v4l2(device: int | str) -> Capture:
    """Open a camera by its number or path; the result may be not opened."""
    return cv2.VideoCapture(device, cv2.CAP_V4L2)


class CameraSource(FrameSource):
    """The newest frame of a camera, which is opened again whenever it stops.

    A thread reads the camera, so that a frame is never older than the camera's last one, and
    waits longer after each failed attempt to open it again.
    """

    live = True

    def __init__(
        self,
        device: int | str,
        *,
        wait_s: float = 2.0,
        first_retry_s: float = 0.5,
        longest_retry_s: float = 8.0,
        open_capture: Callable[[int | str], Capture] = open_v4l2,
    ) -> None:
        """Open the camera.

        Args:
            device: number, or path as /dev/video0.
            wait_s: longest wait of `read` for a frame (s).
            first_retry_s: wait before the first attempt to open a lost camera again (s).
            longest_retry_s: the wait doubles with each attempt up to this (s).
            open_capture: opens the device.

        Raises:
            SourceError: if the camera cannot be opened now.
        """
        self._device = device
        self._place = f'camera {device}'
        self._wait_s = wait_s
        self._first_retry_s = first_retry_s
        self._longest_retry_s = longest_retry_s
        self._open_capture = open_capture
        self._count = 0
        self._frames: Mailbox[SourceFrame] = Mailbox()
        self._ending = threading.Event()
        capture = self._try_to_open()
        if capture is None:
            raise SourceError(
                f'{self._place} cannot be opened: give the number or path of a connected camera '
                'that no other program uses (see /dev/video*) and that you may read (group video)'
            )
        self._last_frame_s = time.monotonic()
        self._thread = threading.Thread(
            target=self._run, args=(capture,), name='camera', daemon=True
        )
        self._thread.start()

    def read(self) -> SourceFrame | None:
        """Return the newest frame that was not returned yet, waiting for it.

        Raises:
            SourceUnavailableError: if none came in time; the camera is being opened again.
            SourceError: if the source is closed.
        """
        taken = self._frames.take(self._wait_s)
        if taken is not None:
            return taken[0]
        if self._frames.closed:
            raise SourceError(f'{self._place} is closed: open it again to read it')
        silent_s = time.monotonic() - self._last_frame_s
        raise SourceUnavailableError(
            f'{self._place} has given no frame for {silent_s:.1f} s: it is opened again as soon '
            'as it is there; check its cable'
        )

    def rewind(self) -> None:
        """Do nothing: a camera has no start."""

    def close(self) -> None:
        """Give the camera back, or leave that to the thread while the driver blocks it."""
        self._ending.set()
        self._frames.close()
        self._thread.join(1.0)

    def _run(self, capture: Capture | None) -> None:
        retry_s = self._first_retry_s
        while True:
            if capture is not None:
                if self._forward_frames(capture):
                    retry_s = self._first_retry_s
                capture.release()
                if not self._ending.is_set():
                    _logger.warning('%s has stopped and will be opened again', self._place)
            if self._ending.wait(retry_s):
                return
            retry_s = min(2 * retry_s, self._longest_retry_s)
            capture = self._try_to_open()

    def _forward_frames(self, capture: Capture) -> bool:
        """Hand frames over until the camera stops; return whether there was any."""
        before = self._count
        while not self._ending.is_set():
            try:
                done, image = capture.read()
            except cv2.error as error:
                _logger.warning('%s failed: %s', self._place, error)
                break
            if not done:
                break
            self._count += 1
            self._last_frame_s = time.monotonic()
            name = f'{self._place} frame {self._count}'
            self._frames.put(SourceFrame(np.asarray(image, np.uint8), '', name))
        return self._count > before

    def _try_to_open(self) -> Capture | None:
        try:
            capture = self._open_capture(self._device)
            if capture.isOpened():
                return capture
            capture.release()
        except cv2.error as error:
            _logger.warning('%s cannot be opened: %s', self._place, error)
        return None
