# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The operating points that a policy chooses from: one, and the table of all."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.errors import ControlError
from dyn_perception.processors.names import clock_knob, processors_of

NOT_KNOWN = math.nan
# Longest name of a placement or a knob: names come from files.
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Width, placement and clocks, and what the profile says of them.

    Attributes:
        width: groups of the network that are run, from 1.
        placement: where they run, for example `cpu:a57` or `gpu`.
        clocks: limit of each clock that the point sets, (knob, MHz), knobs named `cpu.<cluster>`
            or `gpu`; a clock that is not named is left free (the board's own limit).
        latency_s: mean time from a frame's arrival to its result, nothing else running (s).
        latency_deviation_s: standard deviation of that (s).
        idle_power_w: power of the whole board at these clocks between frames (W, NaN: unknown).
        busy_power_w: power of the whole board while it works on a frame (W, NaN: unknown).
        accuracy: expected top-1 accuracy, 0...1 (NaN: not measured).
    """

    width: int
    placement: str
    clocks: tuple[tuple[str, float], ...]
    latency_s: float
    latency_deviation_s: float = 0.0
    idle_power_w: float = NOT_KNOWN
    busy_power_w: float = NOT_KNOWN
    accuracy: float = NOT_KNOWN

    def __post_init__(self) -> None:
        """Refuse what cannot be an operating point, with a `ControlError`."""
        if isinstance(self.width, bool) or not isinstance(self.width, int) or self.width < 1:
            raise ControlError(f'width {self.width!r} is not a whole number from 1')
        _check_name('placement', self.placement)
        for knob, clock_mhz in self.clocks:
            _check_name('clock', knob)
            _check_number(f'clock {knob}', clock_mhz, lowest=0.0, exclusive=True)
        if len({knob for knob, _ in self.clocks}) != len(self.clocks):
            raise ControlError(f'clocks {self.clocks} name a knob twice')
        _check_number('latency_s', self.latency_s, lowest=0.0, exclusive=True)
        _check_number('latency_deviation_s', self.latency_deviation_s, lowest=0.0)
        _check_number('idle_power_w', self.idle_power_w, lowest=0.0, may_be_unknown=True)
        _check_number('busy_power_w', self.busy_power_w, lowest=0.0, may_be_unknown=True)
        _check_number('accuracy', self.accuracy, lowest=0.0, highest=1.0, may_be_unknown=True)

    @property
    def settings(self) -> dict[str, int | float | str]:
        """The value of each knob that the point sets: width, placement and clocks."""
        return {'width': self.width, 'placement': self.placement, **dict(self.clocks)}

    @property
    def processor_clocks_mhz(self) -> dict[str, float]:
        """The clock of each processor of the placement whose clock the point sets (MHz)."""
        clocks = dict(self.clocks)
        processors = {clock_knob(name): name for name in processors_of(self.placement)}
        return {name: clocks[knob] for knob, name in processors.items() if knob in clocks}

    def __str__(self) -> str:
        """For people, for example `width 3 on gpu, gpu 614.4 MHz`."""
        clocks = ''.join(f', {knob} {clock_mhz:g} MHz' for knob, clock_mhz in self.clocks)
        return f'width {self.width} on {self.placement}{clocks}'

    def to_dict(self) -> dict[str, Any]:
        """As plain values, None for what is not known; `from_dict` reads it back."""
        return {
            'width': self.width,
            'placement': self.placement,
            'clocks': dict(self.clocks),
            'latency_s': self.latency_s,
            'latency_deviation_s': self.latency_deviation_s,
            'idle_power_w': None if math.isnan(self.idle_power_w) else self.idle_power_w,
            'busy_power_w': None if math.isnan(self.busy_power_w) else self.busy_power_w,
            'accuracy': None if math.isnan(self.accuracy) else self.accuracy,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> 'OperatingPoint':
        """Read what `to_dict` wrote.

        Raises:
            ControlError: a value is missing, unknown or out of range.
        """
        known = {*cls.__dataclass_fields__}
        unknown = sorted(str(key) for key in values if key not in known)
        if unknown:
            raise ControlError(
                f'operating point has unknown keys {unknown[:5]}: it may have {sorted(known)}'
            )
        missing = [key for key in ('width', 'placement', 'latency_s') if key not in values]
        if missing:
            raise ControlError(f'operating point lacks {missing}')
        clocks = values.get('clocks') or {}
        if not isinstance(clocks, Mapping):
            raise ControlError(f'clocks {clocks!r} is not a mapping from knob to MHz')
        return cls(
            width=values['width'],
            placement=values['placement'],
            clocks=tuple((knob, _number(knob, clock)) for knob, clock in clocks.items()),
            latency_s=_number('latency_s', values['latency_s']),
            latency_deviation_s=_number(
                'latency_deviation_s', values.get('latency_deviation_s', 0.0)
            ),
            idle_power_w=_number('idle_power_w', values.get('idle_power_w')),
            busy_power_w=_number('busy_power_w', values.get('busy_power_w')),
            accuracy=_number('accuracy', values.get('accuracy')),
        )


def _number(name: str, value: object) -> float:
    """Return a value as float, NaN for None."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ControlError(f'{name} {value!r} is not a number')
    return float(value)


def _check_name(what: str, name: object) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise ControlError(f'{what} {name!r} is not a name of 1...{_LONGEST_NAME} characters')


def _check_number(
    name: str,
    value: float,
    lowest: float,
    highest: float = math.inf,
    exclusive: bool = False,
    may_be_unknown: bool = False,
) -> None:
    if may_be_unknown and math.isnan(value):
        return
    below = value <= lowest if exclusive else value < lowest
    if not math.isfinite(value) or below or value > highest:
        bound = f'{"above" if exclusive else "at least"} {lowest:g}'
        bound += '' if math.isinf(highest) else f' and at most {highest:g}'
        raise ControlError(f'{name} {value} is out of range: it must be {bound}')


# More points than any board has; a file with more is a mistake, and would slow each decision.
MOST_POINTS = 20_000


class OperatingPointTable:
    """Operating points and, in the same order, their values as arrays of [points].

    Attributes:
        points: the operating points.
        placements: names of the placements, in order of first appearance.
        knobs: names of the clock knobs, in order of first appearance.
        widths: [points] whole numbers.
        placement_index: [points] indices in `placements`.
        clock_mhz: [points, knobs], NaN where a point leaves a clock free.
        latency_s: [points].
        latency_deviation_s: [points].
        idle_power_w: [points], NaN where not known.
        busy_power_w: [points], NaN where not known.
        accuracy: [points], NaN where not measured.
    """

    def __init__(self, points: Iterable[OperatingPoint]) -> None:
        """Make a table.

        Raises:
            ControlError: no point, too many, or two with the same width, placement and clocks.
        """
        self.points = tuple(points)
        if not 1 <= len(self.points) <= MOST_POINTS:
            raise ControlError(
                f'{len(self.points)} operating points are out of range 1...{MOST_POINTS}'
            )
        self.placements = tuple(dict.fromkeys(point.placement for point in self.points))
        self.knobs = tuple(
            dict.fromkeys(knob for point in self.points for knob, _ in point.clocks)
        )
        self._index = {_key(point): index for index, point in enumerate(self.points)}
        if len(self._index) != len(self.points):
            raise ControlError('two operating points have the same width, placement and clocks')
        self.widths: NDArray[np.int64] = np.array([point.width for point in self.points])
        self.placement_index: NDArray[np.int64] = np.array(
            [self.placements.index(point.placement) for point in self.points]
        )
        self.clock_mhz = np.full((len(self.points), len(self.knobs)), np.nan)
        for row, point in enumerate(self.points):
            for knob, clock_mhz in point.clocks:
                self.clock_mhz[row, self.knobs.index(knob)] = clock_mhz
        self.latency_s = self._values('latency_s')
        self.latency_deviation_s = self._values('latency_deviation_s')
        self.idle_power_w = self._values('idle_power_w')
        self.busy_power_w = self._values('busy_power_w')
        self.accuracy = self._values('accuracy')

    def _values(self, name: str) -> NDArray[np.float64]:
        return np.array([getattr(point, name) for point in self.points], dtype=np.float64)

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.points)

    def index(self, point: OperatingPoint) -> int:
        """Return where a point with the same width, placement and clocks is.

        Raises:
            ControlError: there is none.
        """
        try:
            return self._index[_key(point)]
        except KeyError:
            raise ControlError(f'{point} is not in the table of {len(self)} points') from None

    @classmethod
    def from_dicts(cls, rows: Iterable[Mapping[str, Any]]) -> 'OperatingPointTable':
        """Read plain values, for example those of a profile in YAML.

        Raises:
            ControlError: a row is no operating point; the text names the row, from 1.
        """
        points = []
        for number, row in enumerate(rows, start=1):
            if number > MOST_POINTS:
                raise ControlError(f'more than {MOST_POINTS} operating points')
            if not isinstance(row, Mapping):
                raise ControlError(f'row {number} is {row!r}, not a mapping')
            try:
                points.append(OperatingPoint.from_dict(row))
            except (ControlError, TypeError) as error:
                raise ControlError(f'row {number}: {error}') from error
        return cls(points)


def _key(point: OperatingPoint) -> tuple[int, str, tuple[tuple[str, float], ...]]:
    return point.width, point.placement, tuple(sorted(point.clocks))
