# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which operating points may be chosen at all."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import KnobValue
from dyn_perception.control.profile_model import CLOCK_TOLERANCE, ProfileModel

# A point is only left out if another of its placement is better by this share: profiles err.
_CLEARLY = 0.05


def fitting(
    table: OperatingPointTable,
    held: Mapping[str, KnobValue],
    refused: Collection[tuple[str, KnobValue]],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Find the points that fit held knobs and use nothing that was refused.

    A held clock fits the highest listed clock that is not above it (a person may set steps that
    were not profiled). A demand that leaves nothing is dropped, in the order clocks, placement,
    width, and named.

    Returns:
        Mask of [points], and the knobs whose demand could not be met.
    """
    fits = np.ones(len(table), dtype=bool)
    unmet = []
    order = sorted(held, key=lambda knob: (knob != 'width', knob != 'placement', knob))
    for knob in order:
        narrower = fits & _has(table, knob, held[knob])
        if narrower.any():
            fits = narrower
        else:
            unmet.append(knob)
    for knob, value in refused:
        if knob in held:
            continue
        narrower = fits & ~_has(table, knob, value, exactly=True)
        if narrower.any():
            fits = narrower
    return fits, unmet


def _has(
    table: OperatingPointTable, knob: str, value: KnobValue, exactly: bool = False
) -> NDArray[np.bool_]:
    nothing = np.zeros(len(table), dtype=bool)
    if knob == 'placement':
        if value not in table.placements:
            return nothing
        return np.asarray(table.placement_index == table.placements.index(str(value)))
    if isinstance(value, str):
        return nothing
    if knob == 'width':
        return np.asarray(table.widths == value)
    if knob not in table.knobs:
        return nothing if exactly else ~nothing
    clocks = table.clock_mhz[:, table.knobs.index(knob)]
    listed = np.unique(clocks[~np.isnan(clocks)])
    if not exactly:
        below = listed[listed <= value * (1 + CLOCK_TOLERANCE)]
        value = float(below[-1] if below.size else listed[0])
    same = np.abs(clocks - value) <= CLOCK_TOLERANCE * abs(value)
    return np.asarray(same if exactly else same | np.isnan(clocks))


def undominated(model: ProfileModel, fits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the points that are worth looking at, in order of placement.

    A point is left out if another one of the same placement is clearly faster, is at least as
    accurate and draws clearly less, idle and for the frame's work, at any slowdown and frame rate:
    no goal and no estimate of a common slowdown can make it the better one.
    """
    table = model.table
    kept = []
    for place in range(len(table.placements)):
        rows = np.flatnonzero(fits & (table.placement_index == place))
        costs = np.stack(
            [
                table.latency_s[rows],
                model.idle_w[rows],
                (model.busy_w[rows] - model.idle_w[rows]) * table.latency_s[rows],
            ]
        )
        better = (costs[:, :, None] <= costs[:, None, :]).all(axis=0)
        clearly = (costs[[0, 2], :, None] <= (1 - _CLEARLY) * costs[[0, 2], None, :]).all(axis=0)
        accurate = model.accuracy[rows][:, None] >= model.accuracy[rows][None, :]
        dominated = (better & clearly & accurate).any(axis=0)
        kept.append(rows[~dominated])
    return np.concatenate(kept)
