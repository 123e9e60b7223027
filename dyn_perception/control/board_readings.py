# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What readings of the board tell: clocks in force, and load by other programs."""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyn_perception.control.arrivals import CameraArrivals
from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import BoardObservation, ProcessorObservation
from dyn_perception.control.profile_model import CLOCK_TOLERANCE
from dyn_perception.processors.names import ANY_CPU, CORES_OF, on_board


def observe(reading: Any, time_s: float) -> BoardObservation:
    """Return what a policy sees of a reading of a board.

    Args:
        reading: a `BoardState`, that of the board or the message, which have the same fields.
        time_s: when it came (s).
    """
    return BoardObservation(
        time_s=time_s,
        window_s=reading.window_s,
        power_w=reading.total_power_w,
        hottest_c=reading.hottest_c,
        throttled=reading.throttled,
        cpu_pressure=reading.cpu_pressure,
        processors=(
            *(
                _observe_processor(f'{CORES_OF}{item.name}', f'cpu.{item.name}', item, cores)
                for item in reading.clusters
                if (cores := len(item.online) or len(item.cores))
            ),
            *(_observe_processor(item.name, item.name, item, 1) for item in reading.gpus),
        ),
    )


def _observe_processor(name: str, knob: str, reading: Any, cores: int) -> ProcessorObservation:
    return ProcessorObservation(
        name=name,
        knob=knob,
        load=reading.load,
        clock_mhz=reading.clock_mhz,
        limit_mhz=reading.limit_mhz,
        minimum_mhz=reading.minimum_mhz,
        maximum_mhz=reading.maximum_mhz,
        steps_mhz=tuple(reading.steps_mhz),
        cores=float(cores),
    )


class Clocks:
    """Follows the limits of the clocks from what was wanted, confirmed and seen.

    Attributes:
        applied: MHz of each knob in force, as far as known.
        wanted: MHz of each knob that the last chosen point sets.
        caps: MHz that a knob does not exceed now, whatever is wanted: the board protects itself
            or somebody else set a lower limit.
        changed_s: when something took effect last (s).
    """

    def __init__(self) -> None:
        """Start without knowing anything."""
        self.applied: dict[str, float] = {}
        self.before: dict[str, float] = {}
        self.wanted: dict[str, float] = {}
        self.caps: dict[str, float] = {}
        self.changed_s = -math.inf
        self.wanted_s = -math.inf

    @property
    def under_way(self) -> bool:
        """Whether a wanted clock is not in force yet, as far as known."""
        return any(
            not _equal(self.applied.get(knob, clock), clock) for knob, clock in self.wanted.items()
        )

    def want(self, point: OperatingPoint, time_s: float) -> None:
        """Take the point that is wanted from now on."""
        wanted = dict(point.clocks)
        if wanted != self.wanted:
            self.wanted = wanted
            self.wanted_s = time_s

    def confirm(self, clocks: Mapping[str, float], time_s: float) -> None:
        """Take what is known to be in force."""
        if any(not _equal(self.applied.get(knob, -1.0), mhz) for knob, mhz in clocks.items()):
            self.before = dict(self.applied)
            self.applied.update(clocks)
            self.changed_s = time_s

    def possible(self, start_s: float) -> list[dict[str, float]]:
        """Return the settings that a frame may have run at whose work began at a time."""
        possible = [{**self.wanted, **self.applied}]
        if self.under_way:
            possible.append({**self.applied, **self.wanted})
        if start_s <= self.changed_s and self.before:
            possible.append({**self.wanted, **self.before})
        return possible

    def observe(self, board: BoardObservation) -> bool:
        """Take a reading; return whether the caps have changed."""
        window_s = board.window_s if math.isfinite(board.window_s) else 0.0
        start_s = board.time_s - window_s
        if self.under_way and board.time_s > self.wanted_s:
            seen = {
                processor.knob: processor.limit_mhz
                for processor in board.processors
                if processor.knob in self.wanted
                and _equal(processor.limit_mhz, self.wanted[processor.knob])
            }
            self.confirm(seen, board.time_s)
        if start_s <= max(self.changed_s, self.wanted_s):
            return False
        caps: dict[str, float] = {}
        for processor in board.processors:
            knob, limit, clock = processor.knob, processor.limit_mhz, processor.clock_mhz
            asked = self.applied.get(knob, self.wanted.get(knob, math.inf))
            if 0 < limit < asked * (1 - CLOCK_TOLERANCE) and math.isfinite(asked):
                caps[knob] = limit
            below = 0 < clock < min(limit, asked) * (1 - CLOCK_TOLERANCE)
            if board.throttled and below and processor.load > 0:
                caps[knob] = min(clock, caps.get(knob, math.inf))
        changed = caps != self.caps
        self.caps = caps
        return changed


def _equal(first: float, second: float) -> bool:
    return abs(first - second) <= CLOCK_TOLERANCE * second


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


# Readings that wait for the result of the frame that was worked on meanwhile.
_MOST_READINGS = 64
# A window that cannot be is taken to be this (s).
_USUAL_WINDOW_S = 0.1
_LONGEST_WINDOW_S = 2.0
# Rounding makes loads a little larger than 1.
_HIGHEST_LOAD = 1.05


@dataclass(frozen=True, slots=True)
class BackgroundLoad:
    """Load by other programs over a window.

    Attributes:
        start_s: start of the window (s).
        end_s: end of the window (s).
        by_placement: share, NaN where not known, in the order of the table's placements.
    """

    start_s: float
    end_s: float
    by_placement: tuple[float, ...]


class BackgroundLoads:
    """Takes the network's own work off the load of processors.

    A reading is used once the own work over its window is known: when the result of each frame
    that was worked on in it is there. Until then a frame longer than the window would look like
    work of others.
    """

    def __init__(
        self, placements: Sequence[str], shares: Mapping[str, Mapping[str, float]]
    ) -> None:
        """Prepare for a table's placements.

        Args:
            placements: their names.
            shares: of the work that each processor does, by the placements that have several.
        """
        # What the board calls the processors of each placement, with their shares.
        self._parts = [
            [
                (on_board(name), share)
                for name, share in shares.get(placement, {placement: 1.0}).items()
            ]
            for placement in placements
        ]
        self._readings: deque[BoardObservation] = deque(maxlen=_MOST_READINGS)
        self.own_work = OwnWork()

    def add(self, board: BoardObservation) -> None:
        """Take a reading."""
        self._readings.append(board)

    def known(self, arrivals: CameraArrivals) -> Iterator[BackgroundLoad]:
        """Yield the loads over windows of which the own work has become known, in order."""
        while self._readings:
            board = self._readings[0]
            known_s = max(arrivals.end_s, arrivals.next_start_s)
            if math.isfinite(arrivals.end_s) and board.time_s > known_s:
                return
            yield self._others(self._readings.popleft())

    def _others(self, board: BoardObservation) -> BackgroundLoad:
        is_sound = 0 < board.window_s < _LONGEST_WINDOW_S
        start_s = board.time_s - (board.window_s if is_sound else _USUAL_WINDOW_S)
        others: dict[str, float] = {}
        for processor in board.processors:
            load = processor.load
            if 0 <= load <= _HIGHEST_LOAD and processor.cores > 0 and board.time_s > start_s:
                own = self.own_work.share(processor.name, start_s, board.time_s)
                others[processor.name] = min(max(load - own / processor.cores, 0.0), 1.0)
        any_core = self._take_off_any_core(board, start_s, others)
        known = [load for name, load in others.items() if name.startswith('cpu')]
        worst = max(known, default=math.nan)
        others.update(any_core)
        # What others leave of each processor adds up: so do its shares that they take.
        loads = (
            sum(share * _load(name, others, worst) for name, share in parts)
            for parts in self._parts
        )
        return BackgroundLoad(start_s, board.time_s, tuple(loads))

    def _take_off_any_core(
        self, board: BoardObservation, start_s: float, others: dict[str, float]
    ) -> dict[str, float]:
        """Take own work on `cpu`, that is any core, off the clusters.

        Which clusters the kernel ran it on is not known, but for all of them together: others keep
        as many cores busy as everybody does, less the own work. Of one cluster it is certain then
        that others keep at most so many cores busy, and at most those that are busy there. The
        smaller of the two counts: own work may look like others', never like free capacity.

        Args:
            board: the reading.
            start_s: start of its window (s).
            others: load of each processor, this work included; it is corrected.

        Returns:
            Load by others of `cpu`, by that name; nothing where the clusters say all.
        """
        clusters = [item for item in board.processors if item.name.startswith('cpu')]
        known = [item for item in clusters if item.name in others]
        if not known or ANY_CPU in others:
            return {}
        own = self.own_work.share(ANY_CPU, start_s, board.time_s)
        if len(known) < len(clusters):
            # It may have been where the load is not known.
            return {ANY_CPU: math.nan} if own > 0 else {}
        cores = sum(item.cores for item in clusters)
        load = sum(others[item.name] * (item.cores / cores) for item in clusters)
        left = max(load - own / cores, 0.0)
        if own > 0:
            for item in clusters:
                others[item.name] = min(others[item.name], left * cores / item.cores)
        return {ANY_CPU: left}


def _load(processor: str, others: Mapping[str, float], worst: float) -> float:
    """Return the load of a processor; cores of an unknown cluster are as loaded as the worst."""
    unknown = worst if processor.startswith('cpu') else math.nan
    return others.get(processor, unknown)
