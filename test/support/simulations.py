# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Small runs for the tests of the simulation."""

import numpy as np

from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import Goals
from dyn_perception.study.scenario import Scenario
from dyn_perception.study.timeline import Phase, Timeline
from dyn_perception.study.trace import Trace

ACCURACIES = (0.5, 0.6, 0.7, 0.8)


def small_scenario(share=0.5, frames=200, **fields):
    """Return a program that comes and goes."""
    quiet = {'frames': frames}
    busy = {'frames': frames, 'contention': {'fastest': share}}
    return Scenario(description='test', segments=[quiet, busy, quiet], **fields)


def hand_made_timeline(*phases):
    """Return a timeline of (frames, goals, contention) for each phase."""
    made, arrival_s, others, start_s = [], [], [], 0.0
    for frames, goals, contention in phases:
        first = len(others)
        shares = {name: (share, share) for name, share in contention.items()}
        made.append(Phase(first, first + frames, start_s, goals, shares, frozenset()))
        arrival_s += [start_s + index * goals.period_s for index in range(frames)]
        others += [contention] * frames
        start_s += frames * goals.period_s
    return Timeline(tuple(made), [*arrival_s, start_s], others)


def hand_made_trace(timeline, late=(), dropped=(), width=4, infeasible=()):
    """Return a trace in which all frames but some are on time."""
    feasible = np.ones(timeline.frames, dtype=np.bool_)
    feasible[list(infeasible)] = False
    trace = Trace.empty(timeline, ('gpu',), feasible)
    for frame in range(timeline.frames):
        period_s = timeline.arrival_s[frame + 1] - timeline.arrival_s[frame]
        trace.finish_s[frame] = timeline.arrival_s[frame] + period_s * (
            1.5 if frame in late else 0.5
        )
        trace.width[frame] = width
    for frame in dropped:
        trace.finish_s[frame] = float('nan')
        trace.width[frame] = 0
    return trace


def small_table(latency_ms=(10.0, 20.0, 30.0, 40.0), clocks_mhz=(1000.0, 500.0)):
    """Return widths 1...4 on 'gpu' at two clocks: half the clock, twice the time."""
    points = []
    for clock_mhz in clocks_mhz:
        for width, time_ms in enumerate(latency_ms, start=1):
            latency_s = time_ms * 1e-3 * clocks_mhz[0] / clock_mhz
            points.append(
                OperatingPoint(
                    width,
                    'gpu',
                    (('gpu', clock_mhz),),
                    latency_s,
                    0.05 * latency_s,
                    1.0,
                    1.0 + 4.0 * (clock_mhz / clocks_mhz[0]) ** 2,
                    ACCURACIES[width - 1],
                )
            )
    return OperatingPointTable(points)


def goals(fps=20.0, **fields):
    """Return goals with a frame rate."""
    return Goals(target_fps=fps, **fields)
