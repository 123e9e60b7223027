# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The power of the whole board, from the rails that it measures."""

from collections.abc import Sequence

from dyn_perception.board import power_odroid
from dyn_perception.board.state import NOT_KNOWN, RailPower

INPUT_RAILS = ('VDD_IN', 'POM_5V_IN', 'VIN')
"""Rails that feed all others: Jetson modules, Nano, Thor's carrier board."""

SUMS = (
    # Jetson AGX Xavier: each rail has a supply of its own.
    ('GPU', 'CPU', 'SOC', 'CV', 'VDDRQ', 'SYS5V'),
    # Jetson AGX Orin; its fourth rail, VDDQ_VDD2_1V8AO, is measured at 5 V and taken to be fed by
    # VIN_SYS_5V0.
    ('VDD_GPU_SOC', 'VDD_CPU_CV', 'VIN_SYS_5V0'),
    # Jetson Thor where the INA238 of the carrier board is missing.
    ('VDD_GPU', 'VDD_CPU_SOC_MSS', 'VIN_SYS_5V0'),
    # Odroid XU3: both clusters, memory and GPU; the rest of the board is not measured.
    power_odroid.RAIL_NAMES,
)
"""Rails that do not overlap and together are the board, where it has no input rail."""

_PACKAGE = 'package-'
_MEMORY = 'dram'
_NAMELESS = 'intel-rapl:'


def total_power_w(
    rails: Sequence[RailPower],
    cards: Sequence[RailPower] = (),
    batteries: Sequence[RailPower] = (),
) -> float:
    """Return the power of the whole board (W), NaN if it does not follow from what is measured.

    In this order: the input rail; the rails of one of `SUMS`; RAPL's packages and their memory
    (not `core` and `uncore`, which are parts of a package, nor `psys`, which counts it again) and
    graphics cards; batteries that are being discharged. NaN if one of the parts cannot be read.

    Args:
        rails: rails of the board and its processors.
        cards: graphics cards with a supply of their own.
        batteries: NaN for those that are not being discharged.
    """
    power_w = {rail.name: rail.power_w for rail in rails}
    for name in INPUT_RAILS:
        if name in power_w:
            return power_w[name]
    for names in SUMS:
        if all(name in power_w for name in names):
            return sum(power_w[name] for name in names)
    if any(name.startswith(_PACKAGE) for name in power_w):
        if any(name.startswith(_NAMELESS) for name in power_w):
            return NOT_KNOWN  # a zone whose name cannot be read: it may belong to the sum
        parts = [power for name, power in power_w.items() if name.startswith((_PACKAGE, _MEMORY))]
        return sum(parts) + sum(card.power_w for card in cards)
    return sum(battery.power_w for battery in batteries) if batteries else NOT_KNOWN
