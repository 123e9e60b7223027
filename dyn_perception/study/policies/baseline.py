# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policies of the comparison have in common."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import (
    BoardObservation,
    Decision,
    FrameObservation,
    Goals,
    KnobValue,
)
from dyn_perception.simulation.errors import SimulationError


class BaselinePolicy:
    """A policy that chooses a row of the table; the rest of `Policy` does nothing.

    What these policies' authors do not provide for (knobs that a person holds, refused values)
    does not happen in a simulation.
    """

    def __init__(self, table: OperatingPointTable, goals: Goals) -> None:
        """Start without any observation; the subclass sets `row`."""
        self.table = table
        self.goals = goals
        self.row = 0
        self._clocks: dict[str, KnobValue] = {}
        self._rows = {
            (point.width, point.placement, *point.clocks): row
            for row, point in enumerate(table.points)
        }
        self._knobs = {
            point.placement: tuple(knob for knob, _ in point.clocks) for point in table.points
        }
        self._decision = Decision(table.points[0])

    def set_goals(self, goals: Goals) -> None:
        """Take new goals."""
        self.goals = goals

    def set_held(self, held: Mapping[str, KnobValue]) -> None:
        """Refuse knobs that are held: baselines do not know of such."""
        if held:
            raise SimulationError(f'{type(self).__name__} cannot hold knobs, got {dict(held)}')

    def set_applied(self, settings: Mapping[str, KnobValue], time_s: float) -> None:
        """Note the clocks that are in force."""
        self._clocks.update(settings)

    def set_refused(self, knob: str, value: KnobValue) -> None:
        """Refuse: no simulated node refuses a value of the table."""
        raise SimulationError(f'{type(self).__name__} cannot go on without {knob} = {value}')

    def clear_refused(self) -> None:
        """Do nothing: nothing was refused."""

    def observe_frame(self, frame: FrameObservation) -> None:
        """Take a result."""

    def observe_board(self, board: BoardObservation) -> None:
        """Take a reading."""

    def profiled_s(self, frame: FrameObservation) -> float:
        """Return the profile's time for the width, placement and clock that a frame was run at."""
        knobs = self._knobs[frame.placement]
        clocks = ((knob, self._clocks.get(knob)) for knob in knobs)
        key = frame.width, frame.placement, *clocks
        return float(self.table.latency_s[self._rows.get(key, self.row)])

    def decide(self, time_s: float) -> Decision:
        """Return the chosen row's point."""
        point = self.table.points[self.row]
        if self._decision.point is not point:
            self._decision = Decision(point, changed=True)
        return self._decision


def mean_power_w(
    table: OperatingPointTable, latency_s: NDArray[np.float64], target_fps: float
) -> NDArray[np.float64]:
    """Return each point's mean power at a frame rate, [points] (W).

    Args:
        table: the operating points.
        latency_s: time that a frame takes at each, [points].
        target_fps: frames per second.
    """
    use = np.minimum(1.0, latency_s * target_fps)
    power: NDArray[np.float64] = table.idle_power_w + use * (
        table.busy_power_w - table.idle_power_w
    )
    return power


def normal_cdf(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability that a standard normal number is below each score."""
    erf = [math.erf(value) for value in (score / math.sqrt(2.0)).tolist()]
    return 0.5 * (1.0 + np.array(erf))


def full_clock_rows(table: OperatingPointTable) -> dict[tuple[str, int], int]:
    """Return the fastest row, which is that with full clocks, of each placement and width."""
    rows: dict[tuple[str, int], int] = {}
    for row in np.argsort(table.latency_s, kind='stable'):
        point = table.points[row]
        rows.setdefault((point.placement, point.width), int(row))
    return rows


def fastest_placement(table: OperatingPointTable) -> str:
    """Return the placement that runs the widest network in the least time."""
    widest = int(table.widths.max())
    rows = full_clock_rows(table)
    candidates = {place: row for (place, width), row in rows.items() if width == widest}
    return min(candidates, key=lambda place: float(table.latency_s[candidates[place]]))
