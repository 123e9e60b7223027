# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How the board of one seed differs from the profile that the policies are given."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from dyn_perception.simulation.variation import Variation


@dataclass(frozen=True)
class Deviation:
    """What no policy is told.

    Attributes:
        latency: factor on the profiled time of each (placement, width), within 1 ± 0.15.
        slowdown_exponent: the law of the slowdown by other programs is raised to it.
        variation: of power, leakage, heat and room.
    """

    latency: dict[tuple[str, int], float]
    slowdown_exponent: float
    variation: Variation


def draw_deviation(seed: int, placements: Sequence[str], widths: int) -> Deviation:
    """Return the deviation of a seed.

    Times deviate by up to 11 % for a placement as a whole and 4 % more for each width on it, power
    by 15 %, the slowdown's exponent by 15 %, leakage, thermal resistance and time constant by
    20 %, the room by 10 K; all uniform.
    """
    generator = random.Random(f'deviation {seed}')

    def factor(share: float) -> float:
        return generator.uniform(1.0 - share, 1.0 + share)

    latency = {}
    for placement in placements:
        common = generator.uniform(-0.11, 0.11)
        for width in range(1, widths + 1):
            latency[placement, width] = 1.0 + common + generator.uniform(-0.04, 0.04)
    return Deviation(
        latency,
        factor(0.15),
        Variation(
            dynamic_power=factor(0.15),
            idle_power=factor(0.15),
            leakage=factor(0.20),
            resistance=factor(0.20),
            time_constant=factor(0.20),
            ambient_k=generator.uniform(-10.0, 10.0),
        ),
    )


def no_deviation(placements: Sequence[str], widths: int) -> Deviation:
    """Return that of a board which is as profiled."""
    latency = {(place, width): 1.0 for place in placements for width in range(1, widths + 1)}
    return Deviation(latency, 1.0, Variation())
