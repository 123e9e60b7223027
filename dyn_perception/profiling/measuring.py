# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measuring one operating point."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dyn_perception.images.decoding import RawImage
from dyn_perception.inference.pipeline import Pipeline
from dyn_perception.inference.stopping import FrameLimits

_WARM_FRAMES = 3
_FEWEST_FRAMES = 20
_POWER_EVERY_S = 0.1
_IDLE_READINGS = 5


@dataclass(frozen=True)
class Measurement:
    """What one operating point takes.

    Attributes:
        latencies_ms: of each frame (ms).
        busy_power_w: mean power of the board meanwhile (W, NaN: no sensor).
    """

    latencies_ms: tuple[float, ...]
    busy_power_w: float

    def quantile_ms(self, share: float) -> float:
        """Return the time that this share of the frames took at most (ms)."""
        return float(np.quantile(self.latencies_ms, share))

    @property
    def mean_ms(self) -> float:
        """Mean time of a frame (ms)."""
        return statistics.fmean(self.latencies_ms)

    @property
    def deviation_ms(self) -> float:
        """Standard deviation of it (ms)."""
        return statistics.pstdev(self.latencies_ms)


def measure_frames(
    pipeline: Pipeline,
    image: RawImage,
    width: int,
    seconds: float,
    read_power_w: Callable[[], float],
) -> Measurement:
    """Process frames back to back for a time, at least a few, and read the power between them."""
    limits = FrameLimits(width)
    for _ in range(_WARM_FRAMES):
        pipeline.run(image, limits)
    latencies_ms: list[float] = []
    powers_w: list[float] = []
    read_power_w()  # what is averaged since the previous reading begins here
    end = time.monotonic() + seconds
    due = time.monotonic() + _POWER_EVERY_S
    while len(latencies_ms) < _FEWEST_FRAMES or time.monotonic() < end:
        start = time.perf_counter()
        pipeline.run(image, limits)
        latencies_ms.append((time.perf_counter() - start) * 1000)
        if time.monotonic() >= due:
            powers_w.append(read_power_w())
            due = time.monotonic() + _POWER_EVERY_S
    powers_w = powers_w or [read_power_w()]
    return Measurement(tuple(latencies_ms), mean_power_w(powers_w))


def measure_idle_power_w(read_power_w: Callable[[], float]) -> float:
    """Return the mean power of the board while this process rests (W, NaN: no sensor)."""
    if math.isnan(read_power_w()):
        return math.nan
    readings_w = []
    for _ in range(_IDLE_READINGS):
        time.sleep(_POWER_EVERY_S)
        readings_w.append(read_power_w())
    return mean_power_w(readings_w)


def mean_power_w(readings_w: list[float]) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = [reading for reading in readings_w if not math.isnan(reading)]
    return statistics.fmean(known) if known else math.nan
