# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What is simulated."""

from collections.abc import Sequence
from dataclasses import dataclass

BOARDS = ('jetson_nano', 'jetson_xavier_nx', 'odroid_xu3')
SEEDS = range(20)
# Never reported: the constants of the baselines are chosen on these.
TUNING_SEEDS = range(1000, 1002)
BASELINES = ('threshold', 'alert', 'pid', 'static_oracle', 'alert_tuned')
# Those that the manager is wanted to beat; the last goes beyond what is published.
PUBLISHED_BASELINES = BASELINES[:-1]
# With the objective `energy`, the accuracy of this width is asked for.
ENERGY_MIN_WIDTH = 2
# The same with a shipped network, whose widths differ by 2 % in accuracy instead of 15 %.
SHIPPED_NETWORK = 'resnet'
SHIPPED_SEEDS = range(4)


@dataclass(frozen=True)
class Settings:
    """Options of the benchmark.

    Attributes:
        seeds: that are simulated.
        scenarios: names; all shipped ones by default.
        boards: names.
        processes: that simulate side by side.
    """

    seeds: Sequence[int]
    scenarios: Sequence[str]
    boards: Sequence[str] = BOARDS
    processes: int = 2
