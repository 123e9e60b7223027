# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread in which frames are processed, so that parameters and timers do not wait for them."""

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from dyn_perception.images.mailbox import Mailbox
from dyn_perception.inference.stopping import TimeEstimate

_QUICK_S = 0.004
_REST = 1.5
"""Times that a frame takes between two arrivals: more often than that, newer ones would wait in
the middleware, where the replaced ones are not counted."""


class QuickFrames:
    """Learns how long frames take and how often they arrive."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock = threading.Lock()  # frames arrive in one thread and end in another
        self._time = TimeEstimate()
        self._kind: Hashable = None
        self._previous_s = -math.inf

    def arrive(self, time_s: float, kind: Hashable) -> bool:
        """Take that a frame arrives; return whether it is expected to be quick.

        Args:
            time_s: of its arrival (s).
            kind: what frames take alike depends on; nothing is known of a new kind.
        """
        interval_s, self._previous_s = time_s - self._previous_s, time_s
        with self._lock:
            if kind != self._kind:
                self._kind, self._time = kind, TimeEstimate()
            bound_s = self._time.bound_s
        return 0.0 < bound_s < _QUICK_S and interval_s > _REST * bound_s

    def add(self, seconds: float, kind: Hashable) -> None:
        """Take how long a frame of a kind took (s); of another kind than the present, nothing."""
        with self._lock:
            if kind == self._kind:
                self._time.add(seconds)


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
                self._report(error)

    def _report(self, error: Exception) -> None:
        try:
            self._report_failure(error)
        except Exception:  # the thread has to go on all the same
            logging.getLogger(__name__).exception('cannot report that %r', error)
