# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One frame whose groups several processors share, and the processors."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.affinity import on_cores, set_thread_cores
from dyn_perception.inference.engine import Engine, EngineResult
from dyn_perception.inference.placement import Processor
from dyn_perception.inference.stopping import StopReason, StopRule, TimeEstimate


class SplitPart:
    """An engine that computes some of the groups of each frame.

    Attributes:
        processor: that it computes on.
        group_time: estimate of the time of one group.
    """

    def __init__(self, engine: Engine, processor: Processor) -> None:
        """Take an engine, which `close` closes."""
        self.processor = processor
        self.group_time = TimeEstimate()
        self._engine = engine
        self._placed = threading.Event()
        self._failure: Exception | None = None

    @property
    def computes_in_thread(self) -> bool:
        """Whether the time of the thread that calls `work` is that of the processor."""
        return self._engine.busy_s is None

    @property
    def host_excess_s(self) -> float:
        """On a simulated board, time by which this machine was slower than it (s), else NaN."""
        return self._engine.host_excess_s

    def forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits of one group, in an array that is the caller's."""
        return self._engine.run_group(group, batch)

    def warm_up(self, batch_size: int) -> None:
        """Warm the engine up and learn how fast it is."""
        warm = on_cores(self.processor.cores, lambda: self._engine.warm_up(batch_size))
        for seconds in warm.group_seconds:
            self.group_time.add(seconds)

    def work(self, frame: 'SplitFrame') -> None:
        """Compute groups of a frame until it needs no more of this part."""
        own_start = time.thread_time()
        is_first = True
        while (group := frame.take(self)) is not None:
            start = time.perf_counter()
            try:
                logits = self._engine.run_group(group, frame.batch, is_first=is_first)
            except Exception as error:  # raised again where the frame's result is asked for
                frame.fail(self, error)
                return
            seconds = time.perf_counter() - start
            busy_s = self._engine.busy_times(time.thread_time() - own_start)
            frame.add(self, group, logits, seconds, busy_s)
            is_first = False

    def serve(self, next_frame: Callable[['SplitFrame | None'], 'SplitFrame | None']) -> None:
        """Compute in this thread, on the cores of the processor, until there is no next frame."""
        try:
            set_thread_cores(threading.get_native_id(), self.processor.cores)
        except Exception as error:
            self._failure = error
            return
        finally:
            self._placed.set()
        frame: SplitFrame | None = None
        while (frame := next_frame(frame)) is not None:
            self.work(frame)

    def wait_until_placed(self) -> None:
        """Wait until the thread that calls `serve` runs where it should; raises if it cannot."""
        self._placed.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


_WORTH_WAITING = 0.75
"""A part leaves a group to another that would finish it in less than this share of its time."""

_LEAST_PATIENCE_S = 0.0005


class SplitFrame:
    """Hands out the groups in their order and collects their logits; for use by all threads.

    A part gets the next group if no other one is expected to finish it earlier.

    Attributes:
        batch: that the groups read.
        busy_s: time that each processor has worked on the frame (s), by part.
    """

    def __init__(
        self,
        batch: NDArray[np.float32],
        width: int,
        stop: StopRule | None,
        parts: Sequence[SplitPart],
    ) -> None:
        """Begin a frame of groups 1...width for the parts."""
        self.batch = batch
        self.busy_s: dict[SplitPart, Mapping[str, float]] = {}
        self._width = width
        self._stop = stop
        self._changed = threading.Condition()
        self._taken = 0
        self._running: dict[SplitPart, float] = {}  # when it is expected to be free again
        self._parts = parts
        self._logits: dict[int, NDArray[np.float32]] = {}
        self._seconds: dict[int, float] = {}
        self._sum: NDArray[np.float32] | None = None
        self._summed = 0
        self._reason: StopReason | None = None
        self._failure: Exception | None = None

    def take(self, part: SplitPart) -> int | None:
        """Wait for the next group that this part should compute; None: there is none any more."""
        with self._changed:
            while not self._is_over():
                now = time.perf_counter()
                if self._should_take(part, now):
                    if self._taken and not self._fits(part):
                        self._end(StopReason.DEADLINE)
                        return None
                    self._taken += 1
                    self._running[part] = now + _expected(part)
                    self._changed.notify_all()  # who waited for this part to be busy looks again
                    return self._taken
                self._changed.wait(self._patience())
            return None

    def add(
        self,
        part: SplitPart,
        group: int,
        logits: NDArray[np.float32],
        seconds: float,
        busy_s: Mapping[str, float],
    ) -> None:
        """Take the logits of a group that a part has finished.

        Args:
            part: that finished it.
            group: 1...width.
            logits: [N, classes].
            seconds: how long it took (s).
            busy_s: how long processors have worked for the part since the frame began (s).
        """
        part.group_time.add(seconds)
        with self._changed:
            self.busy_s[part] = busy_s
            self._running.pop(part, None)
            self._logits[group], self._seconds[group] = logits, seconds
            self._add_up()
            self._changed.notify_all()

    def fail(self, part: SplitPart, error: Exception) -> None:
        """End the frame because a group could not be computed."""
        with self._changed:
            self._running.pop(part, None)
            self._failure = self._failure or error
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until the frame is over and no part works on it."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over() and not self._running)

    def result(self) -> EngineResult:
        """Return the answer of a frame that is over.

        Raises:
            EngineError: if running a group failed.
        """
        if self._failure is not None:
            raise self._failure
        assert self._sum is not None
        return EngineResult(
            self._sum,
            self._summed,
            tuple(self._seconds[group] for group in range(1, self._summed + 1)),
            StopReason.WIDTH if self._reason is None else self._reason,
        )

    def _is_over(self) -> bool:
        ended = self._reason is not None or self._failure is not None
        return ended or self._taken == self._width

    def _end(self, reason: StopReason) -> None:
        self._reason = reason
        self._changed.notify_all()

    def _should_take(self, part: SplitPart, now: float) -> bool:
        """Return whether no other part is expected to finish the next group clearly earlier."""
        own_s = _WORTH_WAITING * _expected(part)
        others = (other for other in self._parts if other is not part)
        return all(own_s <= self._busy_for(other, now) + _expected(other) for other in others)

    def _busy_for(self, part: SplitPart, now: float) -> float:
        """Return how long the part is expected to work on its group (s).

        One that takes longer than expected is held up by something, probably for as long again.
        """
        return abs(self._running[part] - now) if part in self._running else 0.0

    def _patience(self) -> float:
        """Return after how long to look again how much the others are held up (s)."""
        return max(_LEAST_PATIENCE_S, min(map(_expected, self._parts)) / 4)

    def _fits(self, part: SplitPart) -> bool:
        return self._stop is None or self._stop.fits(part.group_time.bound_s)

    def _add_up(self) -> None:
        """Add up what is complete, in the order of the groups, and ask whether it is sure."""
        while self._summed + 1 in self._logits:
            logits = self._logits.pop(self._summed + 1)
            self._summed += 1
            self._sum = logits if self._sum is None else np.add(self._sum, logits, out=self._sum)
            if self._stop is None or self._is_over():
                continue
            if self._stop.is_sure(self._summed, self._sum):
                self._end(StopReason.CONFIDENCE)


def _expected(part: SplitPart) -> float:
    return part.group_time.mean_s
