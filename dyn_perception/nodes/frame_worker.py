# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread in which frames are processed, so that parameters and timers do not wait for them."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from dyn_perception.inference.mailbox import Mailbox

Frame = TypeVar('Frame')


class FrameWorker(Generic[Frame]):
    """Processes the newest frame of each camera, one at a time; older ones that wait are dropped.

    A quick frame is processed by the thread that brings it, if no other one is under way: to wake
    another thread takes about as long as such a frame.

    An error in `process` is handed to `report_failure` and the next frame is taken.
    """

    def __init__(
        self,
        process: Callable[[Frame, int], None],
        report_failure: Callable[[Exception], None],
        is_quick: Callable[[Frame], bool] = lambda frame: False,
    ) -> None:
        """Start the thread; `process` gets a frame and the number of frames dropped before it."""
        self._process = process
        self._is_quick = is_quick
        self._working = threading.Lock()
        self._report_failure = report_failure
        self._mailbox: Mailbox[Frame] = Mailbox()
        self._errands: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name='frames', daemon=True)
        self._thread.start()

    def put(self, frame: Frame, camera: Hashable = None) -> None:
        """Hand over a frame; one of the same camera that still waits is dropped."""
        quick = self._is_quick(frame) and self._mailbox.rests
        if quick and self._working.acquire(blocking=False):
            try:
                self._guard(self._process, frame, 0)
            finally:
                self._working.release()
        else:
            self._mailbox.put(frame, camera)

    def call_between_frames(self, errand: Callable[[], None]) -> None:
        """Let the thread call a function as soon as it works on no frame."""
        self._errands.append(errand)
        self._mailbox.wake()

    def close(self, timeout_s: float = 0.5) -> None:
        """End the thread after the frame that it is working on, or leave it after the timeout."""
        self._mailbox.close()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._mailbox.closed:
            taken = self._mailbox.take()
            with self._working:
                while self._errands:
                    self._guard(self._errands.popleft())
                if taken is not None:
                    self._guard(self._process, *taken)

    def _guard(self, work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except Exception as error:  # whatever it is, the next frame is another one
            if not self._mailbox.closed:
                self._report_failure(error)
