# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long the policy takes for one decision."""

import math
import random
import time

import numpy as np

from benchmark.figure import Value
from benchmark.manager.settings import Settings
from benchmark.timing import undisturbed
from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import (
    BoardObservation,
    FrameObservation,
    Goals,
    ProcessorObservation,
)

POINTS = (100, 400, 1000)
_WIDTHS, _PLACEMENTS = 4, ('cpu:a57', 'gpu')
_FRAMES, _WARM_UP = 3000, 200
_TARGET_FPS = 30.0


def measure(settings: Settings) -> dict[str, Value]:
    """Return the 99th percentile of decisions after a frame or a reading (µs), by table size.

    Each decision follows a new observation, so that nothing is answered from a cache; contention
    comes and goes, so that some decisions change the point and say why. It is the time of the
    processor: what else the machine does would make up all of the 99th percentile.
    """
    times: dict[str, float] = {}
    medians: dict[str, float] = {}
    with undisturbed():
        for points in POINTS:
            decisions = _decision_times_s(points)
            times[str(points)] = float(np.percentile(decisions, 99)) * 1e6
            medians[str(points)] = float(np.median(decisions)) * 1e6
    return {
        'decision_us': times[str(POINTS[-1])],
        'decision_us_by_points': times,
        'decision_us_median_by_points': medians,
    }


def make_table(points: int) -> OperatingPointTable:
    """Return a table with so many points: widths x placements x clocks."""
    clocks = points // (_WIDTHS * len(_PLACEMENTS))
    rows = []
    for place, placement in enumerate(_PLACEMENTS):
        knob = placement.replace(':', '.')
        for clock_mhz in np.linspace(200.0, 1400.0, clocks):
            for width in range(1, _WIDTHS + 1):
                share = clock_mhz / 1400.0
                rows.append(
                    OperatingPoint(
                        width,
                        placement,
                        ((knob, float(clock_mhz)),),
                        (0.002 + 0.005 * width / share) * (3.0 - 2.0 * place),
                        0.001,
                        1.8,
                        2.4 + 3.0 * share + 2.0 * share**3,
                        0.55 + 0.05 * width,
                    )
                )
    return OperatingPointTable(rows)


def _decision_times_s(points: int) -> list[float]:
    table = make_table(points)
    goals = Goals(_TARGET_FPS, power_budget_w=7.0, max_temperature_c=80.0)
    policy = ManagerPolicy(table, goals)
    noise = random.Random(0)
    point = policy.decide(0.0).point
    times = []
    for frame in range(_FRAMES):
        time_s = frame / _TARGET_FPS
        policy.set_applied(point.settings, time_s)
        slowdown = 1.0 + 0.8 * (frame % 300 > 150)
        latency_s = point.latency_s * slowdown * noise.gauss(1.0, 0.05)
        if frame % 3 == 0:
            policy.observe_board(_reading(time_s, slowdown, noise.gauss(5.0, 0.1)))
        policy.observe_frame(
            FrameObservation(time_s + latency_s, latency_s, point.width, point.placement)
        )
        start_ns = time.thread_time_ns()
        point = policy.decide(time_s + latency_s).point
        times.append((time.thread_time_ns() - start_ns) * 1e-9)
    return times[_WARM_UP:]


def _reading(time_s: float, slowdown: float, power_w: float) -> BoardObservation:
    load = 1.0 - 1.0 / slowdown
    return BoardObservation(
        time_s,
        0.1,
        power_w,
        60.0 + math.sin(time_s / 20.0),
        processors=tuple(
            ProcessorObservation(name, name.replace(':', '.'), load, 1400.0, 1400.0, 200.0, 1400.0)
            for name in _PLACEMENTS
        ),
    )
