# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that plays a source at a rate."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from dyn_perception.sources.frame_source import SourceUnavailableError
from dyn_perception.sources.mosaic import Mosaic, MosaicFrame

REMINDER_S = 10.0  # a live source that stays away is reported again after so long


class Pace(Protocol):
    """What may change while a source is played."""

    @property
    def rate_hz(self) -> float:
        """Frames a second."""

    @property
    def loop(self) -> bool:
        """Whether to start again at the end."""


class FramePlayer:
    """Reads frames and publishes each at its time, by the monotonic clock.

    Frames of a stored source are read ahead of their time; of a live one, the newest is taken
    when it is time.
    """

    def __init__(
        self,
        frames: Mosaic,
        pace: Callable[[], Pace],
        publish: Callable[[MosaicFrame], None],
        report: Callable[[str], None],
        finish: Callable[[Exception | None], None],
    ) -> None:
        """Prepare to play.

        Args:
            frames: what is played; closed by `close`.
            pace: returns the present rate and whether to loop.
            publish: publishes a frame.
            report: tells people that a live source stopped or came back.
            finish: called in the thread at the end of the source, or with the error that ended it.
        """
        self._frames = frames
        self._pace = pace
        self._publish = publish
        self._report = report
        self._finish = finish
        self._changed = threading.Condition()
        self._is_closed = False
        self._previous_s = float('-inf')
        self._silence_reported_s: float | None = None  # None while frames come
        self._thread = threading.Thread(target=self._run, name='player', daemon=True)

    def start(self) -> None:
        """Start to play."""
        self._thread.start()

    def pace_changed(self) -> None:
        """Let a new rate take effect at once."""
        with self._changed:
            self._changed.notify_all()

    def close(self, timeout_s: float = 0.5) -> None:
        """Stop playing and close the source."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._frames.live:
            self._frames.close()  # wakes a thread that waits for the camera
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        if not self._frames.live and not self._thread.is_alive():
            self._frames.close()

    def _run(self) -> None:
        try:
            if self._frames.live:
                self._play_live()
            else:
                self._play_stored()
        except Exception as error:  # whatever it is, the process ends with it
            if not self._is_closed:
                self._finish(error)
            return
        if not self._is_closed:
            self._finish(None)

    def _play_stored(self) -> None:
        while not self._is_closed:
            frame = self._frames.read()
            if frame is None:
                if not self._pace().loop:
                    return
                self._frames.rewind()
            elif self._wait_until_due():
                self._publish(frame)

    def _play_live(self) -> None:
        while self._wait_until_due():
            try:
                frame = self._frames.read()
            except SourceUnavailableError as error:
                self._report_silence(str(error))
                continue
            if frame is None:
                return
            if self._silence_reported_s is not None:
                self._silence_reported_s = None
                self._report(f'{frame.names[0]} arrived: the camera is back')
            self._publish(frame)

    def _report_silence(self, text: str) -> None:
        now = time.monotonic()
        if self._silence_reported_s is None or now - self._silence_reported_s >= REMINDER_S:
            self._silence_reported_s = now
            self._report(text)

    def _wait_until_due(self) -> bool:
        """Wait until the next frame is due; return False if the player is closed."""
        with self._changed:
            while not self._is_closed:
                period_s = 1 / self._pace().rate_hz
                now = time.monotonic()
                due_s = self._previous_s + period_s
                if now >= due_s:
                    # Keep to the schedule, but do not hurry to catch up after a pause.
                    self._previous_s = due_s if now - due_s < period_s else now
                    return True
                self._changed.wait(due_s - now)
        return False
