# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One processor of a split placement: its engine, its thread and how fast it is now."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.affinity import on_cores, set_thread_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.placement import Processor
from dyn_perception.inference.time_estimate import TimeEstimate

if TYPE_CHECKING:
    from dyn_perception.inference.split_frame import SplitFrame


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
        is_gpu = self.processor.is_gpu
        clock = time.perf_counter if is_gpu else time.thread_time
        is_loaded = False
        while (group := frame.take(self)) is not None:
            busy_start, start = clock(), time.perf_counter()
            try:
                logits = self._engine.run_group(group, frame.batch, is_loaded=is_loaded)
            except Exception as error:  # raised again where the frame's result is asked for
                frame.fail(self, error)
                return
            is_loaded = True
            busy_s, seconds = clock() - busy_start, time.perf_counter() - start
            frame.add(self, group, logits, seconds, busy_s)

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
