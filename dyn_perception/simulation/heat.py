# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How power warms a board."""

import math
from collections.abc import Sequence
from typing import Protocol

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.heat_description import Autoregression, ResistanceCapacitance
from dyn_perception.simulation.variation import Variation


class Heat(Protocol):
    """A temperature that follows the power of the board's parts."""

    temperature_c: float

    def step(self, duration_s: float, part_power_w: Sequence[float], total_w: float) -> None:
        """Let the parts draw so much for a while."""

    def settle(self, part_power_w: Sequence[float], total_w: float) -> None:
        """Go to the temperature that this power ends in."""


class FirstOrderHeat:
    """T' = (ambient + resistance·power - T) / time constant, solved exactly for each step."""

    def __init__(
        self, figures: ResistanceCapacitance, ambient_c: float, variation: Variation
    ) -> None:
        """Start at room temperature."""
        self.temperature_c = ambient_c
        self._ambient_c = ambient_c
        self._resistance = figures.resistance_k_per_w * variation.resistance
        self._time_constant_s = figures.time_constant_s * variation.time_constant
        self._step_s = math.nan
        self._approach = 0.0

    def step(self, duration_s: float, part_power_w: Sequence[float], total_w: float) -> None:
        """Let the parts draw so much for a while."""
        if duration_s != self._step_s:
            self._step_s = duration_s
            self._approach = -math.expm1(-duration_s / self._time_constant_s)
        end = self._ambient_c + self._resistance * total_w
        self.temperature_c += (end - self.temperature_c) * self._approach

    def settle(self, part_power_w: Sequence[float], total_w: float) -> None:
        """Go to the temperature that this power ends in."""
        self.temperature_c = self._ambient_c + self._resistance * total_w


class AutoregressiveHeat:
    """T(k+1) = constant + sum a_i·T(k-i) + sum b_p·P_p, with P the mean power of the step.

    Between two steps the temperature stays, as its sensor does.
    """

    def __init__(
        self,
        figures: Autoregression,
        parts: Sequence[str],
        ambient_c: float,
        variation: Variation,
    ) -> None:
        """Start as if nothing had drawn power for long."""
        remainder = 1.0 - sum(figures.history)
        self._constant_c = figures.constant_c + (ambient_c - figures.ambient_c) * remainder
        self._history = figures.history
        self._remainder = remainder
        self._step_s = figures.step_s
        self._factors = [
            figures.power_k_per_w.get(part, 0.0) * variation.resistance for part in parts
        ]
        self._past = [self._constant_c / remainder] * len(figures.history)
        self._elapsed_s = 0.0
        self._warming_k_s = 0.0
        self.temperature_c = self._past[0]

    def step(self, duration_s: float, part_power_w: Sequence[float], total_w: float) -> None:
        """Let the parts draw so much for a while."""
        warming = self._warming_k(part_power_w)
        while self._elapsed_s + duration_s >= self._step_s:
            rest = self._step_s - self._elapsed_s
            mean = (self._warming_k_s + rest * warming) / self._step_s
            self._advance(mean)
            duration_s -= rest
            self._elapsed_s = self._warming_k_s = 0.0
        self._elapsed_s += duration_s
        self._warming_k_s += duration_s * warming

    def settle(self, part_power_w: Sequence[float], total_w: float) -> None:
        """Go to the temperature that this power ends in."""
        end = (self._constant_c + self._warming_k(part_power_w)) / self._remainder
        self._past = [end] * len(self._past)
        self.temperature_c = end

    def _advance(self, warming_k: float) -> None:
        following = self._constant_c + warming_k
        for factor, past in zip(self._history, self._past, strict=True):
            following += factor * past
        self._past = [following, *self._past[:-1]]
        self.temperature_c = following

    def _warming_k(self, part_power_w: Sequence[float]) -> float:
        total = 0.0
        for factor, power in zip(self._factors, part_power_w, strict=True):
            total += factor * power
        return total


def create_heat(
    description: BoardDescription,
    parts: Sequence[str],
    ambient_c: float | None,
    variation: Variation,
) -> Heat:
    """Return the board's heat model.

    Args:
        description: the board.
        parts: its parts, in the order of the powers that will be given.
        ambient_c: temperature of the room; None: the description's.
        variation: of this copy.
    """
    figures = description.heat.model
    room = (figures.ambient_c if ambient_c is None else ambient_c) + variation.ambient_k
    if isinstance(figures, Autoregression):
        return AutoregressiveHeat(figures, parts, room, variation)
    return FirstOrderHeat(figures, room, variation)
