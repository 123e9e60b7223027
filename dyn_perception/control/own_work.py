# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How busy the network itself kept the processors."""

from collections import deque
from collections.abc import Mapping

# Frames remembered: enough for the longest window of a reading and its delay.
_FRAMES = 128


class OwnWork:
    """Remembers when the network worked, to tell load by others from its own.

    Load by others = load of a processor - own busy time / (window * cores), both over the same
    window: the frames' work is spread evenly over the time between its start and end.
    """

    def __init__(self) -> None:
        """Start without any work."""
        self._frames: deque[tuple[float, float, Mapping[str, float]]] = deque(maxlen=_FRAMES)

    def add(self, start_s: float, end_s: float, busy_s: Mapping[str, float]) -> None:
        """Take the busy time of each processor for one frame."""
        self._frames.append((start_s, max(end_s, start_s + 1e-6), busy_s))

    def share(self, processor: str, start_s: float, end_s: float) -> float:
        """Return the busy seconds a second of a processor in a window."""
        total = 0.0
        for frame_start, frame_end, busy_s in reversed(self._frames):
            if frame_end <= start_s:
                break
            busy = busy_s.get(processor, 0.0)
            overlap = min(end_s, frame_end) - max(start_s, frame_start)
            if overlap > 0 and busy > 0:
                total += busy * overlap / (frame_end - frame_start)
        return total / (end_s - start_s)

    def latest_end_s(self) -> float:
        """Return when the last frame was finished (-inf: there is none)."""
        return self._frames[-1][1] if self._frames else float('-inf')
