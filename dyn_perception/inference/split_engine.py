# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine that computes the groups of one frame on several processors at once."""

import math
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine, EngineResult
from dyn_perception.inference.placement import ANY_CPU, Placement
from dyn_perception.inference.split_frame import SplitFrame, SplitPart
from dyn_perception.inference.stopping import StopRule
from dyn_perception.network.manifest import Manifest

_JOIN_S = 5.0


class SplitEngine(Engine):
    """Shares the groups of each frame among engines, one for each processor of a placement.

    Each engine has all groups, so a processor that is held up by others gets fewer of them from
    frame to frame; the weights are in memory once for each processor. The first engine computes
    in the thread that calls `run`, each other one in a thread of its own, which sleeps between
    frames. The logits are added in the order of the groups: the answer is, bit for bit, that of
    one engine.
    """

    def __init__(
        self, manifest: Manifest, engines: Sequence[Engine], placement: Placement
    ) -> None:
        """Start the threads.

        Args:
            manifest: of the network.
            engines: for each processor of the placement, in its order; closed with this one.
            placement: where they compute.

        Raises:
            PlacementError: if a thread cannot run on the cores of its processor.
        """
        super().__init__(manifest, engines[0].threads, placement)
        self._frame: SplitFrame | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._parts = [
            SplitPart(engine, processor)
            for engine, processor in zip(engines, placement.processors, strict=True)
        ]
        self._threads = [
            threading.Thread(
                target=part.serve, args=(self._next_frame,), name=f'part {number}', daemon=True
            )
            for number, part in enumerate(self._parts[1:], start=2)
        ]
        for thread in self._threads:
            thread.start()
        try:
            for part in self._parts[1:]:
                part.wait_until_placed()
        except Exception:
            self.close()
            raise

    def run(
        self, batch: NDArray[np.float32], width: int, stop: StopRule | None = None
    ) -> EngineResult:
        """Run groups 1...width, or fewer if a rule says so, and add up their logits.

        Groups that were begun when the rule says to stop are finished and counted.
        """
        self._check_number('width', width)
        frame = SplitFrame(self._checked(batch), width, stop, self._parts)
        with self._changed:
            self._frame = frame
            self._changed.notify_all()
        self._parts[0].work(frame)
        frame.wait()
        # NaN on a real machine; a part may have had nothing to do.
        self.host_excess_s = max((part.host_excess_s for part in frame.busy_s), default=math.nan)
        return frame.result()

    def busy_times(self, own_s: float) -> dict[str, float]:
        """Return the times of all processors.

        Args:
            own_s: of the thread that calls `run`, which the first part computes in (s).
        """
        times = dict.fromkeys((part.processor.name for part in self._parts), 0.0)
        if self._frame is not None:
            for busy_s in self._frame.busy_s.values():
                for name, seconds in busy_s.items():
                    times[name] = times.get(name, 0.0) + seconds
        first = self._parts[0]
        if first.computes_in_thread:
            # Its part of the sum was of this thread, too, without the preparation of the frame.
            name = ANY_CPU if first.processor.is_gpu else first.processor.name
            counted = {} if self._frame is None else self._frame.busy_s.get(first, {})
            times[name] = times.get(name, 0.0) - counted.get(name, 0.0) + own_s
        return times

    def warm_up(self, batch_size: int) -> EngineResult:
        """Run every group of every engine on batches of this size, and all of them together."""
        for part in self._parts:
            part.warm_up(batch_size)
        return super().warm_up(batch_size)

    def close(self) -> None:
        """End the threads and close all engines."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(_JOIN_S)
        for part in self._parts:
            part.close()

    def _next_frame(self, previous: SplitFrame | None) -> SplitFrame | None:
        """Wait for the frame after this one; None: the engine is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._frame is not previous)
            return None if self._closed else self._frame

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._parts[0].forward(group, batch)
