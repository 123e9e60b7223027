# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How much power each operating point draws now."""

import math

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.feature_filter import FeatureFilter
from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.processors.names import processors_of

# Prior standard deviations: power of other programs and the board's own spread (W, as a share of
# the profile's mean), and relative errors of the profile: of all, a placement, a width, a clock.
_OFFSET_SHARE = 0.1
_SCALE_DEVIATION = 0.1
_PLACEMENT_DEVIATION = 0.06
_WIDTH_DEVIATION = 0.03
_CLOCK_DEVIATION = 0.05
_CLOCK_LENGTH = 0.4
# Noise of a reading and drift of the offset between readings, as shares of the mean power.
_NOISE_SHARE = 0.03
_NOISE_RANGE = (0.005, 0.3)
_DRIFT_SHARE = 0.004


class ProfiledPower:
    """Mean power of all points by the profile, at a frame rate and under load by others.

    A processor is busy for the network's own work, as long as the profile says (however long
    others stretch it: shared in time, the processor does theirs meanwhile), and for others' work;
    both draw what work draws at its clock. ALERT (ATC 2020) writes the same for one program as
    E = p t + phi p (T - t) with phi the idle share of the power.

    Attributes:
        power_w: [points].
    """

    def __init__(self, model: ProfileModel) -> None:
        """Prepare for a table."""
        self._place = model.table.placement_index
        self._loads: tuple[float, ...] = ()
        self._target_fps = math.nan
        self._idle_w: NDArray[np.float64] | None = None
        self.power_w = model.idle_w
        # Work on a processor whose clock is left free is done at the highest; placements that
        # share several draw what those do.
        placements = model.table.placements
        self._free_w = np.zeros(len(placements))
        self._uses = np.array(
            [[float(name in processors_of(place)) for name in placements] for place in placements]
        )
        for place in np.flatnonzero(self._uses.diagonal()).tolist():
            rows = np.flatnonzero(self._place == place)
            fastest = rows[np.argmax(model.clock[rows])]
            self._free_w[place] = model.busy_w[fastest] - model.idle_w[fastest]

    def update(
        self,
        idle_w: NDArray[np.float64],
        busy_w: NDArray[np.float64],
        latency_s: NDArray[np.float64],
        target_fps: float,
        loads: tuple[float, ...],
    ) -> None:
        """Compute `power_w` from arrays of [points] and the load by others at each placement."""
        if (loads, target_fps) == (self._loads, self._target_fps) and idle_w is self._idle_w:
            return
        self._loads, self._target_fps, self._idle_w = loads, target_fps, idle_w
        others = np.array([0.0 if math.isnan(load) else load for load in loads])
        use = np.minimum(latency_s * target_fps + others[self._place], 1.0)
        elsewhere_w = others * self._free_w
        elsewhere_w = elsewhere_w.sum() - self._uses @ elsewhere_w
        self.power_w = idle_w + (busy_w - idle_w) * use + elsewhere_w[self._place]


class PowerEstimate:
    """Measured power = offset + profiled power * (1 + errors of the profile).

    The offset is what other programs draw, and jumps as they come and go; the errors (overall, of
    a placement, a width, a clock) stay. POET (Imes et al., RTAS 2015) trusts its table for cost;
    ALERT filters one idle ratio. Both are parts of this.

    Attributes:
        measured_w: last measured power (NaN: none yet, or the sensor is gone).
    """

    def __init__(self, model: ProfileModel) -> None:
        """Start from the profile."""
        table = model.table
        level = float(np.mean(model.busy_w))
        widths, places = len(model.distinct_widths), len(table.placements)
        sizes = [len(position) for position in model.clock_position]
        first_clock = 2 + places + places * widths + np.cumsum([0, *sizes])
        covariance = np.zeros((int(first_clock[-1]),) * 2)
        covariance[0, 0] = (_OFFSET_SHARE * level) ** 2
        covariance[1, 1] = _SCALE_DEVIATION**2
        placement_states = np.arange(2, 2 + places)
        width_states = np.arange(2 + places, 2 + places + places * widths)
        covariance[placement_states, placement_states] = _PLACEMENT_DEVIATION**2
        covariance[width_states, width_states] = _WIDTH_DEVIATION**2
        for number, position in enumerate(model.clock_position):
            block = slice(int(first_clock[number]), int(first_clock[number + 1]))
            distance = (position[:, None] - position[None, :]) / _CLOCK_LENGTH
            covariance[block, block] = _CLOCK_DEVIATION**2 * np.exp(-0.5 * distance**2)
        place = table.placement_index
        self._states = np.stack(
            [
                np.ones(len(table), dtype=np.int64),
                2 + place,
                2 + places + place * widths + model.width_rank,
                first_clock[place] + model.clock_bin,
            ]
        )
        self._filter = FeatureFilter(
            covariance,
            (_NOISE_SHARE * level) ** 2,
            ((_NOISE_RANGE[0] * level) ** 2, (_NOISE_RANGE[1] * level) ** 2),
            (_DRIFT_SHARE * level) ** 2,
        )
        self._factor = np.ones(len(table))
        self.measured_w = math.nan

    def measure(self, row: int, profiled_w: float, power_w: float) -> None:
        """Take the power measured while a point was in force.

        Args:
            row: the point.
            profiled_w: its mean power by the profile (W).
            power_w: measured (W).
        """
        states = (0, *self._states[:, row].tolist())
        weights = (1.0, *(profiled_w,) * 4)
        self._filter.update(states, power_w - profiled_w, weights)
        errors = self._filter.mean
        self._factor = np.maximum(1.0 + errors[self._states].sum(axis=0), 0.1)

    @property
    def offset_w(self) -> float:
        """Power that does not come from the point: other programs (W)."""
        return float(self._filter.mean[0])

    @property
    def factor(self) -> NDArray[np.float64]:
        """Power over profiled power of each point, offset apart: [points]."""
        return self._factor
