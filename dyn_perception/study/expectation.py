# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What can be expected of each operating point by somebody who knows all but the noise."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.policy import Goals
from dyn_perception.simulation.operating_points import LATENCY_NOISE
from dyn_perception.study.figures import POWER_WINDOW_S
from dyn_perception.study.policies.baseline import normal_cdf
from dyn_perception.study.true_table import TrueTable

# With the objective `energy`, a point must be on time so often.
ENERGY_ON_TIME = 0.99
# Points that are on time more often than this are equal in it.
ALWAYS = 0.999


@dataclass(frozen=True)
class Expectation:
    """Of each row of the table, [rows], in conditions that do not change.

    Attributes:
        on_time: probability that a frame is on time.
        accuracy: expected accuracy, a late frame counting 0.
        power_w: mean power of the board (W).
        value: what the objective makes of it for one frame; the higher, the better; -inf where a
            limit is broken.
    """

    on_time: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    power_w: NDArray[np.float64]
    value: NDArray[np.float64]


def expect(true: TrueTable, others: Mapping[str, float], goals: Goals) -> Expectation:
    """Return what each row gives while others take these shares."""
    latency_s = true.frame_latency_s(others)
    on_time = normal_cdf((goals.period_s / latency_s - 1.0) / LATENCY_NOISE)
    # A frame that takes longer than the period on average delays all that follow.
    on_time[latency_s >= goals.period_s] = 0.0
    accuracy = on_time * true.setting.table.accuracy
    power_w = true.power_w(others, goals.target_fps)
    # Equal accuracy, but for one late frame in a thousand: the least power.
    value = np.minimum(on_time, ALWAYS) * true.setting.table.accuracy - 1e-6 * power_w
    if goals.objective == 'energy':
        value = -power_w
        value[on_time < ENERGY_ON_TIME] = -math.inf
    value[true.setting.table.accuracy < goals.min_accuracy] = -math.inf
    if not np.isfinite(value).any():
        value = accuracy - 1e-6 * power_w  # deadline before energy and accuracy
    # The mean power of a second still varies with the noise of its frames.
    dynamic_w = power_w - true.idle_power_w
    deviation_w = LATENCY_NOISE * dynamic_w / math.sqrt(goals.target_fps * POWER_WINDOW_S)
    affordable = np.isfinite(value) & (power_w + deviation_w <= goals.power_budget_w)
    if (affordable & (on_time > 0.5)).any():
        value[~affordable] = -math.inf
    return Expectation(on_time, accuracy, power_w, value)
