# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measuring all operating points of a network on a board."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from dyn_perception.board.errors import BoardError
from dyn_perception.board.limits import LimitSession
from dyn_perception.images.decoding import RawImage
from dyn_perception.inference.affinity import on_cores
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.pipeline import Pipeline
from dyn_perception.network.manifest import Manifest
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.profiling.grid import GridPoint
from dyn_perception.profiling.measuring import Measurement, measure_frames, measure_idle_power_w
from dyn_perception.profiling.network_on_board import NetworkOnBoard
from dyn_perception.profiling.profile_file import ProfiledPoint

_SETTLE_S = 0.2  # until a new clock limit is in force


@dataclass(frozen=True)
class ProfileRun:
    """What is measured, and how.

    Attributes:
        network: on its board.
        manifest: of the network.
        image_size: width and height of the frames (pixels).
        seconds: that one operating point is measured.
        leave_out: told of each placement that cannot run the network and why; None: that is an
            error.
    """

    network: NetworkOnBoard
    manifest: Manifest
    image_size: tuple[int, int]
    seconds: float
    leave_out: Callable[[str, PlacementError], None] | None = None

    def measure(self, points: list[GridPoint]) -> Iterator[ProfiledPoint]:
        """Measure points one after the other; limits are put back at the end, whatever it is.

        Raises:
            PlacementError: if the network cannot be run somewhere.
            ProfileError: if a clock limit cannot be set.
        """
        session = LimitSession(self.network.board)
        try:
            for placement, placed in groupby(points, key=lambda point: point.placement):
                try:
                    pipeline, cores = self.network.open(placement)
                except PlacementError as error:
                    if self.leave_out is None:
                        raise
                    self.leave_out(placement, error)
                    continue
                try:
                    yield from self._measure_placed(session, pipeline, cores, placed)
                finally:
                    pipeline.close()
                    session.restore()
        finally:
            session.close()

    def _measure_placed(
        self,
        session: LimitSession,
        pipeline: Pipeline,
        cores: tuple[int, ...] | None,
        points: Iterable[GridPoint],
    ) -> Iterator[ProfiledPoint]:
        for limits, same in groupby(points, key=lambda point: point.clocks):
            clocks = self._limit(session, limits)
            idle_w = measure_idle_power_w(self._power_w)
            for point in same:
                measure = partial(
                    measure_frames,
                    pipeline,
                    self._image(),
                    point.width,
                    self.seconds,
                    self._power_w,
                )
                yield self._profiled(point, clocks, idle_w, on_cores(cores, measure))

    def _profiled(
        self, point: GridPoint, clocks: dict[str, float], idle_w: float, measured: Measurement
    ) -> ProfiledPoint:
        return ProfiledPoint(
            width=point.width,
            placement=point.placement,
            clocks=clocks,
            latency_p50_ms=_rounded(measured.quantile_ms(0.5)),
            latency_p95_ms=_rounded(measured.quantile_ms(0.95)),
            latency_p99_ms=_rounded(measured.quantile_ms(0.99)),
            latency_mean_ms=_rounded(measured.mean_ms),
            latency_deviation_ms=_rounded(measured.deviation_ms),
            frames=len(measured.latencies_ms),
            idle_power_w=_known(idle_w),
            busy_power_w=_known(measured.busy_power_w),
            accuracy=_known(self.manifest.expected_accuracy(point.width)),
        )

    def _limit(
        self, session: LimitSession, limits: tuple[tuple[str, float], ...]
    ) -> dict[str, float]:
        if not limits:
            return {}
        try:
            applied = {knob: session.apply(f'{knob}.max_mhz', mhz) for knob, mhz in limits}
        except BoardError as error:
            raise ProfileError(
                f'{error}; --clocks none measures at the clocks as they are'
            ) from error
        time.sleep(_SETTLE_S)
        return applied

    def _power_w(self) -> float:
        return self.network.board.read().total_power_w

    def _image(self) -> RawImage:
        width, height = self.image_size
        pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
        return RawImage(height, width, 'bgr8', False, 3 * width, pixels.tobytes())


def _known(value: float) -> float | None:
    return None if math.isnan(value) else _rounded(value)


def _rounded(value: float) -> float:
    """Return a value without digits that mean nothing."""
    return float(f'{value:.5g}')
