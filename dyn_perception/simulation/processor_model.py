# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The clock and power of one processor."""

import math

from dyn_perception.simulation.power_description import (
    ExponentialLeakage,
    LinearLeakage,
    Processor,
    VoltagePower,
)
from dyn_perception.simulation.variation import Variation


class ProcessorModel:
    """One processor: its clock, and its power at every step.

    Attributes:
        name: as in placements.
        steps_mhz: its clocks, ascending.
        limit: index of the highest step that is asked for.
        clock: index of the step that it runs at.
        idle_w: power while nothing runs on it.
        dynamic_w: what full use adds, at each step.
    """

    def __init__(self, name: str, figures: Processor, variation: Variation) -> None:
        """Start at the highest clock."""
        self.name = name
        self.steps_mhz = figures.steps_mhz
        self.idle_w = figures.idle_w * variation.idle_power
        self.limit = len(self.steps_mhz) - 1
        self.clock = self.limit
        power = figures.power
        gigahertz = [step * 1e-3 for step in self.steps_mhz]
        if isinstance(power, VoltagePower):
            factor = power.capacitance_w_per_ghz_v2
            dynamic = [
                factor * f * v * v for f, v in zip(gigahertz, power.voltages_v, strict=True)
            ]
            self._voltages = power.voltages_v
        else:
            dynamic = [
                power.linear_w_per_ghz * f + power.cubic_w_per_ghz3 * f**3 for f in gigahertz
            ]
        self.dynamic_w = [watts * variation.dynamic_power for watts in dynamic]
        self._leakage = figures.leakage
        self._leakage_factor = variation.leakage

    def leakage_w(self, temperature_c: float) -> float:
        """Return what the temperature adds at the present clock's voltage."""
        figures = self._leakage
        if figures is None:
            return 0.0
        if isinstance(figures, LinearLeakage):
            excess = temperature_c - figures.reference_c
            return self._leakage_factor * figures.w_per_k * excess
        assert isinstance(figures, ExponentialLeakage)
        t = max(temperature_c, 1.0)  # the published law has a pole at 0 degrees Celsius
        share = figures.share * self._leakage_factor * self._voltages[self.clock]
        return share * figures.c1 * t * t * math.exp(min(figures.c2 / t, 50.0))
