# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo learns from the nodes, as plain values."""

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

    `truth` is the label of the image: '' where nobody knows it, None while it has not arrived.
    """

    stamp: int
    label: str
    score: float
    scores: tuple[float, ...]  # in the order of the labels of the network
    width: int
    queueing_ms: float
    preprocessing_ms: float
    inference_ms: float
    dropped: int = 0  # frames that the node received since the previous result and left
    truth: str | None = None

    @property
    def latency_ms(self) -> float:
        """From the arrival of the image in the node to the answer (ms)."""
        return self.queueing_ms + self.preprocessing_ms + self.inference_ms

    @property
    def is_right(self) -> bool | None:
        """Whether the label is that of the image; None where that is not known."""
        return self.label == self.truth if self.truth else None


@dataclass(frozen=True)
class ShownFrame:
    """A frame to look at: its image, BGR [H, W, 3], and its result."""

    image: NDArray[np.uint8]
    result: Result


@dataclass
class WidthTally:
    """Frames at one width."""

    frames: int = 0
    labelled: int = 0
    right: int = 0

    @property
    def top1(self) -> float | None:
        """Share of the labelled frames that are right, 0...1; None without any."""
        return self.right / self.labelled if self.labelled else None


@dataclass(frozen=True)
class Snapshot:
    """The counts of the demo at one time."""

    tallies: Mapping[int, WidthTally] = field(default_factory=dict)  # by width
    dropped: int = 0  # frames without a result
    seconds: float = 0.0  # from the first result to the newest
    fps_now: float = 0.0  # in the last seconds
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
