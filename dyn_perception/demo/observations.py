# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo learns from the nodes, as plain values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Network:
    """What the perception node runs."""

    model: str
    architecture: str
    groups: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """The result of one frame; `stamp` is that of its image (ns).

    `label`, `score` and `scores` are those of its surest region, `regions` has the labels of all,
    row by row. `truths` are the labels of the image in the same order: '' where nobody knows one,
    None while they have not arrived.
    """

    stamp: int
    label: str
    score: float
    scores: tuple[float, ...]  # in the order of the labels of the network
    width: int
    queueing_ms: float
    preprocessing_ms: float
    inference_ms: float
    latency_ms: float  # from the arrival of the image in the node to the publication
    regions: tuple[str, ...]
    best_region: int = 0
    columns: int = 1  # of the grid of regions
    placement: str = ''
    host_excess_ms: float = math.nan  # by which the host was slower than a simulated board
    busy_s: Mapping[str, float] = field(default_factory=dict)  # by processor
    dropped: int = 0  # frames that the node received since the previous result and left
    truths: tuple[str, ...] | None = None

    @property
    def service_ms(self) -> float:
        """From the start of work on the image to the publication (ms)."""
        return self.latency_ms - self.queueing_ms

    @property
    def truth(self) -> str | None:
        """Label of the surest region; '' where nobody knows it, None while it has not arrived."""
        return None if self.truths is None else self._truth(self.best_region)

    @property
    def is_right(self) -> bool | None:
        """Whether the label is that of the image; None where that is not known."""
        return self.label == self.truth if self.truth else None

    @property
    def judged(self) -> tuple[bool | None, ...]:
        """For each region, whether its label is right; None where that is not known."""
        truths = (self._truth(index) for index in range(len(self.regions)))
        return tuple(
            label == truth if truth else None
            for label, truth in zip(self.regions, truths, strict=True)
        )

    def _truth(self, region: int) -> str:
        # Another grid than that of the regions says nothing about one of them.
        same_grid = self.truths is not None and len(self.truths) == len(self.regions)
        return self.truths[region] if self.truths is not None and same_grid else ''


@dataclass(frozen=True)
class ShownFrame:
    """A frame to look at: its image, BGR [H, W, 3], and its result."""

    image: NDArray[np.uint8]
    result: Result


@dataclass
class WidthTally:
    """Frames at one width, and the images in them whose label is known."""

    frames: int = 0
    labelled: int = 0
    right: int = 0

    @property
    def top1(self) -> float | None:
        """Share of the labelled images that are right, 0...1; None without any."""
        return self.right / self.labelled if self.labelled else None


@dataclass(frozen=True)
class Snapshot:
    """The counts of the demo at one time."""

    tallies: Mapping[int, WidthTally] = field(default_factory=dict)  # by width
    dropped: int = 0  # frames without a result
    seconds: float = 0.0  # from the first result to the newest
    fps_now: float = 0.0  # in the last seconds
    width_changes: int = 0  # results of another width than the one before
    on_time: int = 0  # results within the deadline
    recent: Mapping[int, Result] = field(default_factory=dict)  # by stamp, the newest last

    @property
    def newest(self) -> Result | None:
        """The newest result."""
        return next(reversed(tuple(self.recent.values())), None)

    @property
    def total(self) -> WidthTally:
        """All widths together."""
        tallies = self.tallies.values()
        return WidthTally(
            sum(tally.frames for tally in tallies),
            sum(tally.labelled for tally in tallies),
            sum(tally.right for tally in tallies),
        )

    @property
    def fps(self) -> float:
        """Results a second over the whole run."""
        return (self.total.frames - 1) / self.seconds if self.seconds else 0.0

    @property
    def deadline_hit(self) -> float | None:
        """Share of all frames on time, 0...1; dropped ones are late. None without a frame."""
        frames = self.total.frames + self.dropped
        return self.on_time / frames if frames else None
