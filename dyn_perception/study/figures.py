# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How good a run was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.study.timeline import Phase
from dyn_perception.study.trace import Trace

# Frames after a disturbance that `deadline_hit_settled` leaves out.
SETTLING_FRAMES = 5
# So many frames in a row on time end the settling.
SETTLED_FRAMES = 10
# A limit may be passed for so long before it counts.
GRACE_S = 1.0
# Power is judged by its mean over the last so many seconds.
POWER_WINDOW_S = 1.0


@dataclass(frozen=True)
class RunFigures:
    """The figures of one run.

    Attributes:
        frames: frames of the camera.
        deadline_hit: share of frames on time, of those that some operating point could have had on
            time within the power budget.
        deadline_hit_settled: the same without the first 5 frames after each disturbance.
        accuracy: mean expected accuracy over all frames; a late or dropped frame counts 0.
        energy_per_frame_j: energy of the whole board, with what other programs use, a frame.
        switches: changes of the wanted operating point.
        settling_ms: after a disturbance, until the first of ten frames in a row on time arrives;
            the worst.
        over_temperature_s: time above the temperature limit; of each stretch the first second is
            free.
        over_power_s: likewise for the mean power of the last second above the budget.
    """

    frames: int
    deadline_hit: float
    deadline_hit_settled: float
    accuracy: float
    energy_per_frame_j: float
    switches: int
    settling_ms: float
    over_temperature_s: float
    over_power_s: float


def judge(trace: Trace, accuracies: tuple[float, ...]) -> RunFigures:
    """Return the figures of a run.

    Args:
        trace: the run.
        accuracies: expected accuracy of widths 1...G.
    """
    on_time = trace.on_time()
    settled = np.ones(len(on_time), dtype=np.bool_)
    for phase in trace.timeline.phases[1:]:
        settled[phase.first : phase.first + SETTLING_FRAMES] = False
    periods_s = trace.periods_s()
    settling = settling_frames(trace, on_time)
    return RunFigures(
        frames=len(on_time),
        deadline_hit=_share(on_time, trace.feasible),
        deadline_hit_settled=_share(on_time, trace.feasible & settled),
        accuracy=float(frame_accuracies(trace, on_time, accuracies).mean()),
        energy_per_frame_j=trace.energy_j / len(on_time),
        switches=trace.switches,
        settling_ms=max(
            (
                frames * phase.goals.period_s * 1e3
                for phase, frames in zip(trace.timeline.phases[1:], settling, strict=True)
            ),
            default=0.0,
        ),
        over_temperature_s=excess_s(
            np.array(trace.hottest_c), _limits(trace, 'max_temperature_c'), periods_s
        ),
        over_power_s=excess_s(
            trailing_mean(np.array(trace.power_w), periods_s),
            _limits(trace, 'power_budget_w'),
            periods_s,
        ),
    )


def frame_accuracies(
    trace: Trace, on_time: NDArray[np.bool_], accuracies: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return the expected accuracy of each frame, 0 where it was late, [frames]."""
    of_width = np.array([0.0, *accuracies])
    result: NDArray[np.float64] = np.where(on_time, of_width[np.array(trace.width)], 0.0)
    return result


def settling_frames(trace: Trace, on_time: NDArray[np.bool_]) -> list[int]:
    """Return for each disturbance how many frames arrive before ten in a row are on time.

    Frames that no operating point could have had on time are passed over. Where the settling has
    no end, it is all frames of the segment.
    """
    return [
        _until_settled(on_time[p.first : p.end], trace.feasible[p.first : p.end])
        for p in trace.timeline.phases[1:]
    ]


def contention_settling(trace: Trace) -> list[int]:
    """Return `settling_frames` of the disturbances in which other programs take more at once."""
    phases = trace.timeline.phases
    settling = settling_frames(trace, trace.on_time())
    return [
        frames
        for before, phase, frames in zip(phases[:-1], phases[1:], settling, strict=True)
        if phase.is_step_up_from(before)
    ]


def excess_s(
    values: NDArray[np.float64], limits: NDArray[np.float64], durations_s: NDArray[np.float64]
) -> float:
    """Return the time that values are above limits, without the first second of each stretch."""
    total = stretch = 0.0
    for value, limit, duration_s in zip(values, limits, durations_s, strict=True):
        if value > limit:
            before, stretch = stretch, stretch + float(duration_s)
            total += max(0.0, stretch - GRACE_S) - max(0.0, before - GRACE_S)
        else:
            stretch = 0.0
    return total


def trailing_mean(
    values: NDArray[np.float64], durations_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return for each frame the mean of the values over the second that ends with it."""
    ends = np.cumsum(durations_s)
    sums = np.concatenate([[0.0], np.cumsum(values * durations_s)])
    starts = np.concatenate([[0.0], ends])
    begin = np.maximum(ends - POWER_WINDOW_S, 0.0)
    result: NDArray[np.float64] = (sums[1:] - np.interp(begin, starts, sums)) / (ends - begin)
    return result


def _share(hits: NDArray[np.bool_], counted: NDArray[np.bool_]) -> float:
    """Return the share of hits among the frames that count; 1 if none does."""
    count = int(counted.sum())
    return float((hits & counted).sum() / count) if count else 1.0


def _limits(trace: Trace, name: str) -> NDArray[np.float64]:
    phases: tuple[Phase, ...] = trace.timeline.phases
    return np.concatenate(
        [np.full(phase.end - phase.first, getattr(phase.goals, name)) for phase in phases]
    )


def _until_settled(on_time: NDArray[np.bool_], feasible: NDArray[np.bool_]) -> int:
    row = 0
    start = 0
    for index, (hit, counts) in enumerate(zip(on_time, feasible, strict=True)):
        if not counts:
            continue
        if not hit:
            row, start = 0, index + 1
            continue
        row += 1
        if row == SETTLED_FRAMES:
            return start
    return start if row else len(on_time)
