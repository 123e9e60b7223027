# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Why the operating point was changed, in words."""

from dataclasses import dataclass

from dyn_perception.control.goals import Goals
from dyn_perception.control.operating_point import OperatingPoint


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one point now.

    Attributes:
        latency_s: mean (s).
        deviation_s: standard deviation of a frame (s).
        probability: that a frame is on time.
        power_w: mean power (W).
    """

    latency_s: float
    deviation_s: float
    probability: float
    power_w: float


def latency_text(expectation: Expectation, goals: Goals) -> str:
    """Return, for example, `38.2 ± 1.9 ms of 33.3 ms (on time 1 %)`."""
    return (
        f'{expectation.latency_s * 1e3:.1f} ± {expectation.deviation_s * 1e3:.1f} ms of '
        f'{goals.period_s * 1e3:.1f} ms (on time {expectation.probability:.1%})'
    )


def change_reason(
    cause: str,
    before: OperatingPoint,
    after: OperatingPoint,
    expected_before: Expectation,
    expected_after: Expectation,
    goals: Goals,
    thermal_power_w: float,
) -> str:
    """Say why one point replaced another.

    Args:
        cause: 'frame_rate', 'power', 'temperature', 'held', 'accuracy', 'energy' or 'catch_up'.
        before: point until now.
        after: point from now on.
        expected_before: what was expected of it if it were kept.
        expected_after: what is expected of the new one.
        goals: what is to be held.
        thermal_power_w: power that keeps below the highest temperature (W).
    """
    then = f'{after} would take {latency_text(expected_after, goals)}'
    if cause == 'frame_rate':
        return f'frame_rate: {before} would take {latency_text(expected_before, goals)}; {then}'
    if cause == 'power':
        return (
            f'power: {before} would draw {expected_before.power_w:.2f} W of '
            f'{goals.power_budget_w:.2f} W; {after} {expected_after.power_w:.2f} W'
        )
    if cause == 'temperature':
        return (
            f'temperature: {before} would draw {expected_before.power_w:.2f} W, and '
            f'{thermal_power_w:.2f} W keep below {goals.max_temperature_c:.1f} °C; '
            f'{after} would draw {expected_after.power_w:.2f} W'
        )
    if cause == 'held':
        return f'held: {before} does not fit the held or refused knobs; {then}'
    if cause == 'catch_up':
        return f'catch_up: frames are waiting, or clocks are under way; {then}'
    if cause == 'accuracy':
        return (
            f'accuracy: {before} can be improved from {before.accuracy:.3f} to '
            f'{after.accuracy:.3f}; {then}'
        )
    return (
        f'energy: {after} would draw {expected_after.power_w:.2f} W instead of '
        f'{expected_before.power_w:.2f} W of {before}; {then}'
    )
