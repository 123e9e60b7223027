# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo learns from the nodes, as plain values; NaN: not known."""

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


@dataclass(frozen=True)
class Processor:
    """A CPU cluster or GPU.

    Attributes:
        name: as in placements, for example 'cpu:a57'.
        load: busy share, 0...1.
        others: the part of it that is not of the perception node.
        clock_mhz: clock now.
        limit_mhz: highest clock allowed now.
        maximum_mhz: highest clock of the hardware.
        parameter: of the resource monitor that sets the limit; '' where it cannot be set.
    """

    name: str
    load: float = math.nan
    others: float = math.nan
    clock_mhz: float = math.nan
    limit_mhz: float = math.nan
    maximum_mhz: float = math.nan
    parameter: str = ''

    @property
    def is_limited(self) -> bool:
        """Whether the clock may not go as high as it could."""
        return self.limit_mhz < self.maximum_mhz


@dataclass(frozen=True)
class Board:
    """The newest state of the board."""

    name: str
    processors: tuple[Processor, ...] = ()
    power_w: float = math.nan
    temperature_c: float = math.nan
    throttled: bool = False


@dataclass(frozen=True)
class Goal:
    """The newest state of the manager.

    Attributes:
        status: in one or two words.
        held: parameters that the manager leaves to a person.
        wanted: value of each parameter that the manager sets, as a text.
        is_in_force: whether all of these are in force.
        changes: changes made so far.
        change_reason: why the latest was made.
    """

    status: str
    held: tuple[str, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    is_in_force: bool = False
    changes: int = 0
    change_reason: str = ''

    @property
    def acts(self) -> bool:
        """Whether the manager sets anything."""
        return self.status not in ('off', 'standby')

    @property
    def is_met(self) -> bool:
        """Whether all is as it should be."""
        return self.status == 'met'

    def change_since(self, before: 'Goal | None') -> str:
        """Return what the manager changed and why, in words; '' if it changed nothing."""
        if before is None or self.changes == before.changes:
            return ''
        if not (self.acts and self.change_reason):
            return ''
        steps = []
        for name, value in self.wanted.items():
            old = before.wanted.get(name)
            if old != value:
                steps.append(f'{name} {old} → {value}' if old else f'{name} {value}')
        return ': '.join([', '.join(steps), self.change_reason] if steps else [self.change_reason])


@dataclass(frozen=True)
class Event:
    """Something that changed: `kind` is 'load', 'relief', 'manager', 'clock' or 'phase'."""

    elapsed_s: float
    kind: str
    text: str


@dataclass(frozen=True)
class LoopScene:
    """What the view shows of the loop at one time.

    Attributes:
        phase: what the demo does before the loop runs; '' while it runs.
        target_fps: frame rate to hold, NaN while it is not known.
        host: what it runs on, in words.
        board: None before its first state.
        goal: None without a manager.
        programs: what competes now, in words.
        events: what changed, the newest last.
        hints: commands that a person may try in another terminal.
    """

    phase: str = ''
    target_fps: float = math.nan
    host: str = ''
    board: Board | None = None
    goal: Goal | None = None
    has_manager: bool = True
    programs: str = ''
    events: tuple[Event, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """All that is seen, whichever way it is drawn."""

    namespace: str
    seconds: float | None  # of the run; None: no end
    elapsed_s: float = 0.0  # since the first result
    network: Network | None = None
    snapshot: Snapshot = field(default_factory=Snapshot)
    frame: ShownFrame | None = None
    loop: LoopScene | None = None  # None where the demo itself sets the width
