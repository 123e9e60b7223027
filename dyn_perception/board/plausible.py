# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a sensor may say. A value outside is a fault of the sensor or its driver, hence NaN.

The ranges are wide: they are to catch -256 °C of a sensor that is off, 0 kHz of a clock that is
off, and numbers of damaged files, not to judge the board.
"""

from dyn_perception.board.state import NOT_KNOWN

CLOCK_MHZ = (1.0, 20_000.0)
TEMPERATURE_C = (-55.0, 150.0)  # what silicon sensors measure
POWER_W = (0.0, 2_000.0)
VOLTAGE_V = (0.0, 1_000.0)  # of a supply or a battery
CURRENT_A = (0.0, 1_000.0)
SHARE = (0.0, 1.0)
MEMORY_BYTES = (1.0, 2.0**50)


def plausible(value: float, limits: tuple[float, float]) -> float:
    """Return the value, or NaN if it is out of the limits."""
    return float(value) if limits[0] <= value <= limits[1] else NOT_KNOWN
