# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A target that the full width holds alone and misses beside competing programs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Time of a frame at the target over the time that the full width takes alone. Beside one program
# of equal right to the core, it takes twice as long: 1.5 lies in the middle.
HEADROOM = 1.5
_CERTAINLY_LATE = 1.25  # time of the full width under load over the time of a frame
_MOST_FPS = 60.0  # more than that, the camera of the demo itself would load the machine
# Targets are multiples of the second below the first.
_ROUND_FPS = ((10.0, 0.1), (30.0, 0.5), (math.inf, 1.0))


@dataclass(frozen=True)
class Calibration:
    """What the measurement of the full width led to.

    Attributes:
        service_ms: time of a frame at the full width, alone (ms).
        target_fps: frame rate to hold, and that of the camera (1/s).
    """

    service_ms: float
    target_fps: float

    @property
    def slowdown_wanted(self) -> float:
        """Return how much slower the full width must become to miss the target for certain."""
        return _CERTAINLY_LATE * 1000 / self.target_fps / self.service_ms

    @property
    def programs(self) -> int:
        """Return how many programs on the core of the network slow it down so far.

        The scheduler gives each of n + 1 programs the same share of the core, so n of them make a
        frame take n + 1 times as long.
        """
        return max(1, math.ceil(self.slowdown_wanted - 1))


def calibrate(service_ms: Sequence[float]) -> Calibration:
    """Return the target for measured times of frames at the full width (ms).

    Raises:
        ValueError: without a time, or with one that is none.
    """
    times = np.asarray(service_ms, dtype=float)
    if times.size == 0 or not np.all(np.isfinite(times) & (times > 0)):
        raise ValueError(f'{list(service_ms)} are not times of frames: measure at least one')
    # Not the mean: frames beside other work of the machine take several times as long.
    usual = float(np.median(times))
    target = min(_MOST_FPS, 1000 / (HEADROOM * usual))
    step = next(step for end, step in _ROUND_FPS if target < end)
    return Calibration(usual, max(0.1, round(math.floor(target / step) * step, 1)))
