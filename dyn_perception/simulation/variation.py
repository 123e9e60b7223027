# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How one copy of a board differs from its description, as boards of one type do."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Variation:
    """Factors on the description's figures; the defaults change nothing.

    Attributes:
        dynamic_power: on the power that work takes.
        idle_power: on the power of the idle board.
        leakage: on what the temperature adds to the power.
        resistance: on the thermal resistance (of an autoregression: on its power terms).
        time_constant: on the thermal time constant (an autoregression keeps its own).
        latency: on all times of workloads, for whoever computes them.
        interference: added to the description's (see `workload.slowdown`).
        ambient_k: added to the room's temperature.
    """

    dynamic_power: float = 1.0
    idle_power: float = 1.0
    leakage: float = 1.0
    resistance: float = 1.0
    time_constant: float = 1.0
    latency: float = 1.0
    interference: float = 0.0
    ambient_k: float = 0.0


def draw_variation(seed: int) -> Variation:
    """Return the variation of a seed.

    The ranges are assumptions: power ±10 %, idle power ±10 %, leakage ±30 %, thermal resistance
    and time constant ±20 %, times ±5 %, interference 0...0.2, room ±5 K.
    """
    generator = random.Random(seed)
    return Variation(
        dynamic_power=generator.uniform(0.9, 1.1),
        idle_power=generator.uniform(0.9, 1.1),
        leakage=generator.uniform(0.7, 1.3),
        resistance=generator.uniform(0.8, 1.2),
        time_constant=generator.uniform(0.8, 1.2),
        latency=generator.uniform(0.95, 1.05),
        interference=generator.uniform(0.0, 0.2),
        ambient_k=generator.uniform(-5.0, 5.0),
    )
