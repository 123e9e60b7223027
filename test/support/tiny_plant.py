# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board in a few lines, for tests of the policy that must not depend on the simulation."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import (
    BoardObservation,
    Decision,
    FrameObservation,
    Policy,
    ProcessorObservation,
)

CLOCKS = (300.0, 600.0, 900.0, 1200.0)
ACCURACIES = (0.60, 0.68, 0.73, 0.75)


def latency_s(width: int, placement: str, clock_mhz: float) -> float:
    """At width 4 and full clock 20 ms on the GPU, 60 ms on the CPU."""
    full_s = 0.020 if placement == 'gpu' else 0.060
    return full_s * (0.1 + 0.225 * width * 1200.0 / clock_mhz)


def busy_w(clock_mhz: float) -> float:
    """Power of the whole board while it works."""
    return 2.0 + 4.0 * (clock_mhz / 1200.0) ** 2


def make_table(
    placements: tuple[str, ...] = ('cpu:big', 'gpu'), clocks: tuple[float, ...] = CLOCKS
) -> OperatingPointTable:
    """All widths on all placements at all clocks."""
    return OperatingPointTable(
        OperatingPoint(
            width,
            placement,
            ((placement.replace(':', '.'), clock),),
            latency_s(width, placement, clock),
            0.05 * latency_s(width, placement, clock),
            2.0,
            busy_w(clock),
            ACCURACIES[width - 1],
        )
        for placement in placements
        for clock in clocks
        for width in (1, 2, 3, 4)
    )


@dataclass
class TinyPlant:
    """Runs each frame at the point of the decision before; clocks follow at once.

    Attributes:
        fps: frames that arrive a second.
        slowdown: of a placement at a time (s).
        noise: standard deviation of a frame's time, as a share.
        power_factor: measured over profiled power.
        extra_w: power of other programs.
        latency_factor: how wrong the profile is.
        has_board: whether readings of the board come.
    """

    fps: float = 30.0
    slowdown: Callable[[str, float], float] = lambda placement, time_s: 1.0
    noise: float = 0.04
    power_factor: float = 1.0
    extra_w: float = 0.0
    latency_factor: float = 1.0
    has_board: bool = True
    seed: int = 0
    points: list[OperatingPoint] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    powers_w: list[float] = field(default_factory=list)

    def run(self, policy: Policy, frames: int) -> 'TinyPlant':
        """Let frames pass, after those of an earlier call."""
        noise = random.Random(self.seed)
        point = policy.decide(len(self.points) / self.fps).point
        for _ in range(frames):
            number = len(self.points)
            time_s = number / self.fps
            policy.set_applied(point.settings, time_s)
            clock = point.clocks[0][1]
            work_s = latency_s(point.width, point.placement, clock) * self.latency_factor
            slowdown = self.slowdown(point.placement, time_s)
            taken_s = work_s * slowdown * noise.gauss(1.0, self.noise)
            duty = min(1.0, work_s * self.fps)
            power_w = (2.0 + (busy_w(clock) - 2.0) * duty) * self.power_factor + self.extra_w
            self.points.append(point)
            self.latencies_s.append(taken_s)
            self.powers_w.append(power_w)
            if self.has_board and number % 3 == 2:
                policy.observe_board(self._reading(time_s, point, duty, power_w))
            policy.observe_frame(
                FrameObservation(
                    time_s + taken_s,
                    taken_s,
                    point.width,
                    point.placement,
                    busy_s={point.placement: work_s},
                )
            )
            self.decisions.append(policy.decide(time_s + taken_s))
            point = self.decisions[-1].point
        return self

    def _reading(
        self, time_s: float, point: OperatingPoint, duty: float, power_w: float
    ) -> BoardObservation:
        processors = []
        for name in ('cpu:big', 'gpu'):
            others = 1.0 - 1.0 / self.slowdown(name, time_s)
            own = duty if name == point.placement else 0.0
            clock = point.clocks[0][1] if name == point.placement else CLOCKS[-1]
            processors.append(
                ProcessorObservation(
                    name,
                    name.replace(':', '.'),
                    min(others + own, 1.0),
                    clock,
                    clock,
                    300.0,
                    1200.0,
                )
            )
        return BoardObservation(time_s, 0.1, power_w, 50.0, processors=tuple(processors))

    def share_on_time(self, first: int = 0, fps: float | None = None) -> float:
        """Share of the frames from `first` on within the period."""
        taken = self.latencies_s[first:]
        return sum(value <= 1.0 / (fps or self.fps) for value in taken) / len(taken)
