# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every policy is asked, and what it answers: goals, observations, decisions."""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_points import OperatingPoint

NOT_KNOWN = math.nan

OBJECTIVES = ('accuracy', 'energy')
TEMPERATURE, FRAME_RATE, POWER, ACCURACY = 'temperature', 'frame_rate', 'power', 'accuracy'
DEFAULT_PRIORITY = (TEMPERATURE, FRAME_RATE, POWER, ACCURACY)


@dataclass(frozen=True, slots=True)
class Goals:
    """Targets and limits.

    Attributes:
        target_fps: frames per second of each camera; a frame is on time within 1/target_fps of
            its arrival.
        power_budget_w: highest mean power of the whole board (W, inf or NaN: none).
        max_temperature_c: highest temperature of the hottest zone (degree Celsius, inf or NaN:
            none).
        min_accuracy: lowest expected accuracy, 0...1 (0: none).
        objective: 'accuracy' (the most accurate that meets the limits, among equals the one with
            least energy) or 'energy' (least energy that meets them).
        on_time_probability: wanted for each frame.
        priority: the four goals, the one kept longest first; the last gives way first.
    """

    target_fps: float
    power_budget_w: float = math.inf
    max_temperature_c: float = math.inf
    min_accuracy: float = 0.0
    objective: str = 'accuracy'
    on_time_probability: float = 0.97
    priority: tuple[str, ...] = DEFAULT_PRIORITY

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, with a `ControlError`; NaN limits become inf: none."""
        if not (math.isfinite(self.target_fps) and self.target_fps > 0):
            raise ControlError(f'target_fps {self.target_fps} must be above 0')
        for name in ('power_budget_w', 'max_temperature_c'):
            value = getattr(self, name)
            if math.isnan(value):
                object.__setattr__(self, name, math.inf)
            elif value <= 0:
                raise ControlError(f'{name} {value} must be above 0, or inf for none')
        if not 0 <= self.min_accuracy <= 1:
            raise ControlError(f'min_accuracy {self.min_accuracy} is out of range 0...1')
        if self.objective not in OBJECTIVES:
            raise ControlError(
                f'objective {self.objective!r} must be one of {", ".join(OBJECTIVES)}'
            )
        if not 0.5 <= self.on_time_probability < 1:
            raise ControlError(
                f'on_time_probability {self.on_time_probability} is out of range 0.5...1 '
                '(1 itself excluded: no time is certain)'
            )
        if sorted(self.priority) != sorted(DEFAULT_PRIORITY):
            raise ControlError(
                f'priority {", ".join(self.priority)!r} must name each of '
                f'{", ".join(DEFAULT_PRIORITY)} once'
            )

    @property
    def period_s(self) -> float:
        """Time from a frame's arrival in which its result is on time, 1/target_fps (s)."""
        return 1.0 / self.target_fps


@dataclass(frozen=True, slots=True)
class FrameObservation:
    """One result of the perception.

    Attributes:
        time_s: when it was published, on the clock of all times given to the policy (s).
        latency_s: from the frame's arrival to the publication (s).
        width: width that was in force.
        placement: where it ran.
        groups_run: groups that were run, below `width` if the frame was stopped early; 0: width.
        queueing_s: part of the latency before work on the frame began (s).
        dropped: frames of its camera that arrived since the previous result of that camera and
            were not processed.
        busy_s: time that each processor worked for this frame, by its name as a placement (s).
        camera: which took it, by any name.
    """

    time_s: float
    latency_s: float
    width: int
    placement: str
    groups_run: int = 0
    queueing_s: float = 0.0
    dropped: int = 0
    busy_s: Mapping[str, float] = field(default_factory=dict)
    camera: str = ''


@dataclass(frozen=True, slots=True)
class ProcessorObservation:
    """One CPU cluster or GPU.

    Attributes:
        name: as a placement, `cpu:<cluster>` or `gpu`.
        knob: name of its clock knob, `cpu.<cluster>` or `gpu`.
        load: busy share by everybody over the window, 0...1.
        clock_mhz: clock now (MHz).
        limit_mhz: highest clock allowed now (MHz).
        minimum_mhz: lowest clock of the hardware (MHz).
        maximum_mhz: highest clock of the hardware (MHz).
        steps_mhz: clocks that the hardware offers, ascending; empty: not known.
        cores: seconds of work a second that make the load 1: online cores, 1 for a GPU.
    """

    name: str
    knob: str
    load: float = NOT_KNOWN
    clock_mhz: float = NOT_KNOWN
    limit_mhz: float = NOT_KNOWN
    minimum_mhz: float = NOT_KNOWN
    maximum_mhz: float = NOT_KNOWN
    steps_mhz: tuple[float, ...] = ()
    cores: float = 1.0


@dataclass(frozen=True, slots=True)
class BoardObservation:
    """One reading of the board.

    Attributes:
        time_s: when it was read, on the clock of all times given to the policy (s).
        window_s: time that loads and power are averaged over, up to `time_s` (s).
        power_w: of the whole board (W).
        hottest_c: hottest zone (degree Celsius).
        throttled: whether the board holds a clock back now.
        cpu_pressure: share of the last 10 s in which some task waited for a CPU, 0...1.
        processors: CPU clusters and GPUs.
    """

    time_s: float
    window_s: float = NOT_KNOWN
    power_w: float = NOT_KNOWN
    hottest_c: float = NOT_KNOWN
    throttled: bool = False
    cpu_pressure: float = NOT_KNOWN
    processors: tuple[ProcessorObservation, ...] = ()


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

    def set_goals(self, goals: Goals) -> None:
        """Take new goals, in force from the next decision on."""

    def set_held(self, held: Mapping[str, KnobValue]) -> None:
        """Take the knobs that a person holds, all of them; only points that fit are chosen."""

    def set_applied(self, settings: Mapping[str, KnobValue], time_s: float) -> None:
        """Take the values of knobs that are in force as last confirmed.

        A knob that is not named is unchanged. Until a wanted value is confirmed here (or seen in
        a frame or a reading of the board) it counts as under way.
        """

    def set_refused(self, knob: str, value: KnobValue) -> None:
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
