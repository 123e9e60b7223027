# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a frame ends: after its last group, when its time is up, or when the answer is sure."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

_WEIGHT = 1 / 32
"""Of the newest time: half of what is known is of the last 22."""

_DEVIATIONS = 3.0
"""Of the bound above the mean. On recorded frames of a core shared with two busy processes, 3
makes less than 1 % of the frames late that need not be; 2.3 makes up to 3 %."""


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


class TimeEstimate:
    """Running mean and spread of a time, with exponentially falling weights.

    The variance follows Finch 2009, "Incremental calculation of weighted mean and variance".

    One thread adds at a time; any thread may read meanwhile. What was learnt is one tuple that
    each time replaces, so a reader has mean and variance of the same times without a lock.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._learnt = 0, 0.0, 0.0  # how many times, their mean and their variance

    def add(self, seconds: float) -> None:
        """Take one measured time into account (s)."""
        count, mean, variance = self._learnt
        count += 1
        # The first ones count alike: a single time says nothing about the spread.
        weight = max(_WEIGHT, 1 / count)
        difference = seconds - mean
        self._learnt = (
            count,
            mean + weight * difference,
            (1 - weight) * (variance + weight * difference * difference),
        )

    @property
    def mean_s(self) -> float:
        """Mean (s); 0 while no time was added."""
        return self._learnt[1]

    @property
    def bound_s(self) -> float:
        """Time that is rarely exceeded (s); 0 while no time was added."""
        _, mean, variance = self._learnt
        return mean + _DEVIATIONS * math.sqrt(variance)


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Turn logits into scores: the softmax of logits / temperature over the last axis.

    With the temperature of the width they are calibrated: probabilities of being right.

    Args:
        logits: [..., classes].
        temperature: above 0; larger makes the probabilities more equal (Guo et al. 2017,
            "On Calibration of Modern Neural Networks").
    """
    shifted = (logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature)
    exponentials = np.exp(shifted)
    scores: NDArray[np.float32] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return scores


class StopRule:
    """Says after each group of one frame whether to stop."""

    def __init__(
        self,
        limits: FrameLimits,
        temperatures: Sequence[float],
        group_time: TimeEstimate,
        delivery_time: TimeEstimate,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what the decision needs.

        Args:
            limits: of the frame.
            temperatures: of the network's widths, from 1 on.
            group_time: estimate of the time of one group.
            delivery_time: estimate of the time from the last group to the published result.
            clock: the clock of the deadline.
        """
        self._limits = limits
        self._temperatures = temperatures
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
        scores = softmax(logits, self._temperatures[groups_run - 1])
        return float(scores.max(axis=1).min()) >= self._limits.confidence

    def fits(self, work_s: float) -> bool:
        """Return whether the result would still be in time after so much more work (s)."""
        end = self._clock() + work_s + self._delivery_time.bound_s
        return end <= self._limits.deadline_s
