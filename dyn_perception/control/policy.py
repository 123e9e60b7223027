# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every policy is asked, and what it answers."""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dyn_perception.control.goals import Goals
from dyn_perception.control.observation import BoardObservation, FrameObservation
from dyn_perception.control.operating_point import OperatingPoint

NOT_KNOWN = math.nan
KnobValue = int | float | str


class Status(enum.IntEnum):
    """How it stands with the goals; the values of `ManagerState.status` that a policy gives."""

    WAITING = 1
    MET = 2
    AT_RISK = 3
    INFEASIBLE = 4


@dataclass(frozen=True, slots=True)
class SlowdownEstimate:
    """How much slower than in the profile a placement runs now.

    Attributes:
        placement: name of the placement.
        mean: measured time over profiled time.
        deviation: standard deviation of the estimate for the next frame.
    """

    placement: str
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy wants now, and why.

    Attributes:
        point: the wanted operating point.
        changed: whether it differs from that of the previous decision.
        reason: why it was changed last, in words with values ('' before the first change).
        status: how it stands with the goals.
        status_reason: in words with values.
        binding: goals and knobs that keep a better point away, for example 'frame_rate'.
        gave_way: goals given up because no point meets all, first given up first.
        expected_latency_s: of a frame at the point, after one of every other camera (s).
        latency_deviation_s: standard deviation of that (s).
        on_time_probability: of a frame at the point, 0...1.
        expected_power_w: of the board at the point (W).
        predicted_temperature_c: hottest zone in the end, if all stays as it is (degree Celsius).
        slowdowns: estimate of each placement.
        ask_again_s: when `decide` is to be called again if no result comes before (s, inf: at the
            next observation): a result that is overdue by then says that something has changed.
    """

    point: OperatingPoint
    changed: bool = False
    reason: str = ''
    status: Status = Status.WAITING
    status_reason: str = ''
    binding: tuple[str, ...] = ()
    gave_way: tuple[str, ...] = ()
    expected_latency_s: float = NOT_KNOWN
    latency_deviation_s: float = NOT_KNOWN
    on_time_probability: float = NOT_KNOWN
    expected_power_w: float = NOT_KNOWN
    predicted_temperature_c: float = NOT_KNOWN
    slowdowns: tuple[SlowdownEstimate, ...] = ()
    ask_again_s: float = math.inf


class Policy(Protocol):
    """Chooses operating points. Times are seconds on one monotonic clock of the caller.

    Knobs are named `width`, `placement`, `cpu.<cluster>` and `gpu` (clocks in MHz).
    """

    def set_goals(self, goals: Goals, time_s: float) -> None:
        """Take new goals, in force from the next decision on."""

    def set_held(self, held: Mapping[str, KnobValue]) -> None:
        """Take the knobs that a person holds, all of them; only points that fit are chosen."""

    def set_applied(self, settings: Mapping[str, KnobValue], time_s: float) -> None:
        """Take the values of knobs that are in force as last confirmed.

        A knob that is not named is unchanged. Until a wanted value is confirmed here (or seen in
        a frame or a reading of the board) it counts as under way.
        """

    def set_refused(self, knob: str, value: KnobValue, time_s: float) -> None:
        """Take that a node refused a value: no point with it is chosen until `clear_refused`."""

    def clear_refused(self) -> None:
        """Forget what was refused, for example after a release or a restart of the node."""

    def observe_frame(self, frame: FrameObservation) -> None:
        """Take a result; in order of time."""

    def observe_board(self, board: BoardObservation) -> None:
        """Take a reading of the board; in order of time."""

    def decide(self, time_s: float) -> Decision:
        """Choose the operating point for the next frames; quick, without side effects outside."""
        ...
