# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What work on a processor meets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Conditions:
    """What work on a processor meets now.

    Attributes:
        clock_mhz: its clock.
        slowdown: how much longer it takes because of other programs.
        latency: factor on all times, by which this copy of the board differs.
    """

    clock_mhz: float
    slowdown: float
    latency: float
