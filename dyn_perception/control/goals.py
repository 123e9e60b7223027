# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager is asked to hold."""

import math
from dataclasses import dataclass

from dyn_perception.control.errors import ControlError

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
