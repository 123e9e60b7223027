# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a board at one moment, in plain values with the units of `BoardState.msg`.

NaN, '' or an empty tuple stand for what the board does not have or does not let one read.
"""

from dataclasses import dataclass

NOT_KNOWN = float('nan')


@dataclass(frozen=True)
class ClusterState:
    """One cluster of CPU cores: all cores of the same type and clock range.

    Attributes:
        name: the same in placements, parameters and profiles.
        cores: numbers of its cores.
        online: those that are online.
        load: busy share of its online cores since the previous reading, 0...1.
        clock_mhz: clock now, the highest of its cores.
        limit_mhz: highest clock allowed now.
        minimum_mhz: lowest clock of the hardware.
        maximum_mhz: highest clock of the hardware.
        steps_mhz: clocks that the hardware offers, ascending; empty: any in the range, or unknown.
        limit_settable: whether this process may write the limit.
        governor: who chooses the clock within the limit.
    """

    name: str
    cores: tuple[int, ...] = ()
    online: tuple[int, ...] = ()
    load: float = NOT_KNOWN
    clock_mhz: float = NOT_KNOWN
    limit_mhz: float = NOT_KNOWN
    minimum_mhz: float = NOT_KNOWN
    maximum_mhz: float = NOT_KNOWN
    steps_mhz: tuple[float, ...] = ()
    limit_settable: bool = False
    governor: str = ''


@dataclass(frozen=True)
class GpuState:
    """One GPU; attributes as in `ClusterState`, memory of its own in bytes."""

    name: str
    load: float = NOT_KNOWN
    clock_mhz: float = NOT_KNOWN
    limit_mhz: float = NOT_KNOWN
    minimum_mhz: float = NOT_KNOWN
    maximum_mhz: float = NOT_KNOWN
    steps_mhz: tuple[float, ...] = ()
    limit_settable: bool = False
    governor: str = ''
    memory_used_bytes: float = NOT_KNOWN
    memory_total_bytes: float = NOT_KNOWN


@dataclass(frozen=True)
class RailPower:
    """Power drawn from one supply rail (W)."""

    name: str
    power_w: float


@dataclass(frozen=True)
class ZoneTemperature:
    """Temperature of one thermal zone (degree Celsius)."""

    name: str
    temperature_c: float


@dataclass(frozen=True)
class EventCounter:
    """How often throttling or over-current happened since the board started."""

    name: str
    count: int


@dataclass(frozen=True)
class BoardState:
    """One reading of a board.

    Attributes:
        board: model of the board.
        power_mode: name of its power mode.
        window_s: time that loads are averaged over, since the previous reading (s).
        clusters: CPU clusters.
        gpus: usable GPUs.
        memory_used_bytes: memory that is not available to programs.
        memory_total_bytes: all of it.
        cpu_pressure: share of the last 10 s in which some task waited for a CPU, 0...1.
        rails: supply rails.
        total_power_w: power of the whole board (W).
        zones: thermal zones.
        hottest_c: highest temperature of the zones (degree Celsius).
        throttled: whether the board holds a clock back now to protect itself.
        events: throttle and over-current counters.
    """

    board: str = ''
    power_mode: str = ''
    window_s: float = NOT_KNOWN
    clusters: tuple[ClusterState, ...] = ()
    gpus: tuple[GpuState, ...] = ()
    memory_used_bytes: float = NOT_KNOWN
    memory_total_bytes: float = NOT_KNOWN
    cpu_pressure: float = NOT_KNOWN
    rails: tuple[RailPower, ...] = ()
    total_power_w: float = NOT_KNOWN
    zones: tuple[ZoneTemperature, ...] = ()
    hottest_c: float = NOT_KNOWN
    throttled: bool = False
    events: tuple[EventCounter, ...] = ()
