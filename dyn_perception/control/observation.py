# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager sees, in plain values. Any number may be NaN: not measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

NOT_KNOWN = math.nan


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
