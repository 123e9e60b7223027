# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo learns of the board and the manager, as plain values; NaN: not known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAN = math.nan


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
    load: float = _NAN
    others: float = _NAN
    clock_mhz: float = _NAN
    limit_mhz: float = _NAN
    maximum_mhz: float = _NAN
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
    power_w: float = _NAN
    temperature_c: float = _NAN
    throttled: bool = False


@dataclass(frozen=True)
class Goal:
    """The newest state of the manager.

    Attributes:
        status: in one or two words.
        reason: why it is so, in words.
        on_time: share of frames on time in the last seconds, 0...1.
        held: parameters that the manager leaves to a person.
        wanted: value of each parameter that the manager sets, as a text.
        is_in_force: whether all of these are in force.
        changes: changes made so far.
        change_reason: why the latest was made.
    """

    status: str
    reason: str = ''
    on_time: float = _NAN
    held: tuple[str, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    is_in_force: bool = False
    changes: int = 0
    change_reason: str = ''

    @property
    def acts(self) -> bool:
        """Whether the manager sets anything."""
        return self.status not in ('off', 'standby')

    def change_since(self, before: 'Goal | None') -> str:
        """Return what the manager changed and why, in words; '' if it changed nothing."""
        if (
            not self.acts
            or not self.change_reason
            or before is None
            or (self.changes == before.changes)
        ):
            return ''
        steps = []
        for name, value in self.wanted.items():
            old = before.wanted.get(name)
            if old != value:
                steps.append(f'{name} {old} → {value}' if old else f'{name} {value}')
        return ': '.join([', '.join(steps), self.change_reason] if steps else [self.change_reason])

    @property
    def is_met(self) -> bool:
        """Whether all is as it should be."""
        return self.status == 'met'


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
        host: what is simulated, and by whom: '' on a real board.
        board: None before its first state.
        goal: None without a manager.
        programs: what competes now, in words.
        events: what changed, the newest last.
        hints: commands that a person may try in another terminal.
    """

    phase: str = ''
    target_fps: float = _NAN
    host: str = ''
    board: Board | None = None
    goal: Goal | None = None
    has_manager: bool = True
    programs: str = ''
    events: tuple[Event, ...] = ()
    hints: tuple[str, ...] = ()
