# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a frame ends: after its last group, when its time is up, or when the answer is sure."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.scores import softmax
from dyn_perception.inference.time_estimate import TimeEstimate
from dyn_perception.network.manifest import Manifest


class StopReason(IntEnum):
    """Why no further group was run; the values of `OperatingPoint.stop_reason`."""

    WIDTH = 0
    DEADLINE = 1
    CONFIDENCE = 2


@dataclass(frozen=True)
class FrameLimits:
    """What ends a frame.

    Attributes:
        width: most groups to run, 1...groups.
        deadline_s: when the result has to be out, on the monotonic clock (s).
        confidence: calibrated score from which on the class of a region is sure, 0...1;
            0: no answer is sure enough to leave out a group.
    """

    width: int
    deadline_s: float = math.inf
    confidence: float = 0.0


class StopRule:
    """Says after each group of one frame whether to stop."""

    def __init__(
        self,
        limits: FrameLimits,
        manifest: Manifest,
        group_time: TimeEstimate,
        delivery_time: TimeEstimate,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what the decision needs.

        Args:
            limits: of the frame.
            manifest: of the network, for its temperatures.
            group_time: estimate of the time of one group.
            delivery_time: estimate of the time from the last group to the published result.
            clock: the clock of the deadline.
        """
        self._limits = limits
        self._manifest = manifest
        self._group_time = group_time
        self._delivery_time = delivery_time
        self._clock = clock

    def __call__(self, groups_run: int, logits: NDArray[np.float32]) -> StopReason | None:
        """Return why to stop, None to run the next group.

        Args:
            groups_run: groups 1...groups_run were run.
            logits: their sum, [N, classes].
        """
        if groups_run >= self._limits.width:
            return StopReason.WIDTH
        if self.is_sure(groups_run, logits):
            return StopReason.CONFIDENCE
        if not self.fits(self._group_time.bound_s):
            return StopReason.DEADLINE
        return None

    def is_sure(self, groups_run: int, logits: NDArray[np.float32]) -> bool:
        """Return whether the most probable class of every region is sure enough."""
        if not self._limits.confidence:
            return False
        scores = softmax(logits, self._manifest.figures(groups_run).temperature)
        return float(scores.max(axis=1).min()) >= self._limits.confidence

    def fits(self, work_s: float) -> bool:
        """Return whether the result would still be in time after so much more work (s)."""
        end = self._clock() + work_s + self._delivery_time.bound_s
        return end <= self._limits.deadline_s
