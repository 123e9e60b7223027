# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What happened in a run, frame by frame."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dyn_perception.study.timeline import Timeline


@dataclass
class Trace:
    """One row a frame of the camera.

    Attributes:
        timeline: what was to happen.
        placements: names; `placement` has indices in it.
        finish_s: when its result was published (s); NaN: it was dropped.
        width: that it was run at; 0: it was dropped.
        placement: where it was run.
        clock_mhz: clock of the placement in force when the frame arrived.
        clock_placement: that placement.
        power_w: mean power of the board until the next frame arrived (W).
        hottest_c: hottest zone when the next frame arrived.
        feasible: whether some operating point would have been on time within the power budget.
        energy_j: energy of the board over the run (J).
        switches: changes of the wanted operating point.
        changes: (time, reason) of each of them.
    """

    timeline: Timeline
    placements: tuple[str, ...]
    finish_s: list[float]
    width: list[int]
    placement: list[int]
    clock_mhz: list[float]
    clock_placement: list[int]
    power_w: list[float]
    hottest_c: list[float]
    feasible: NDArray[np.bool_]
    energy_j: float = 0.0
    switches: int = 0
    changes: list[tuple[float, str]] = field(default_factory=list)

    @classmethod
    def empty(
        cls, timeline: Timeline, placements: tuple[str, ...], feasible: NDArray[np.bool_]
    ) -> 'Trace':
        """Return a trace in which no frame is processed yet."""
        count = timeline.frames
        return cls(
            timeline,
            placements,
            [float('nan')] * count,
            [0] * count,
            [0] * count,
            [0.0] * count,
            [0] * count,
            [0.0] * count,
            [0.0] * count,
            feasible,
        )

    def periods_s(self) -> NDArray[np.float64]:
        """Return the time that each frame may take, [frames] (s)."""
        return np.concatenate(
            [
                np.full(phase.end - phase.first, phase.goals.period_s)
                for phase in self.timeline.phases
            ]
        )

    def on_time(self) -> NDArray[np.bool_]:
        """Return whether each frame's result came within the period of its arrival, [frames]."""
        arrival_s = np.array(self.timeline.arrival_s[:-1])
        late_s = np.array(self.finish_s) - arrival_s - self.periods_s()
        # A dropped frame is NaN here, which is not below anything.
        result: NDArray[np.bool_] = late_s <= 1e-9
        return result
