# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the operating points really take on the board of one seed, noise left out.

Only the judge and the oracle know it.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dyn_perception.processors.names import clock_knob, processors_of
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.operating_points import make_table
from dyn_perception.study.deviation import Deviation
from dyn_perception.study.plant_law import slowdown_by_others
from dyn_perception.study.setting import Setting
from dyn_perception.study.shared_rows import SharedRows
from dyn_perception.study.timeline import Timeline

_INSTANT_S = 1e-9


class TrueTable:
    """Rows as in the setting's table.

    Attributes:
        setting: the board and its network.
        deviation: how it differs from the profile.
        latency_s: [rows] time of a frame with the processor for itself (s).
        idle_power_w: [rows] of the board between frames (W).
        busy_power_w: [rows] of the board while it works (W).
        other_power_w: [rows, processors] of other programs that take all of a processor (W).
        full_limits: of each clock knob, before anybody limits it (MHz).
    """

    def __init__(self, setting: Setting, deviation: Deviation) -> None:
        """Compute the rows of a seed's board."""
        self.setting = setting
        self.deviation = deviation
        points = setting.table.points
        true = make_table(
            setting.description,
            setting.network,
            setting.intensity,
            deviation.variation,
            setting.pairs,
        )
        self._shared = SharedRows(setting, deviation)
        factors = [deviation.latency.get((point.placement, point.width), 1.0) for point in points]
        self.latency_s: NDArray[np.float64] = setting.table.latency_s * np.array(factors)
        self._shared.fill(self.latency_s, {})
        self.idle_power_w = true.idle_power_w
        self.busy_power_w = true.busy_power_w
        self.processors = tuple(setting.description.processors)
        self._placement = [point.placement for point in points]
        self._parts = [processors_of(point.placement) for point in points]
        self._model = BoardModel(setting.description, variation=deviation.variation)
        self.full_limits = self._model.limits
        full = {
            name: self._other_power_w(name, self._model.limits[clock_knob(name)])
            for name in self.processors
        }
        own: dict[tuple[str, float], float] = {}
        rows = []
        for point in points:
            clocks = point.processor_clocks_mhz
            for key in clocks.items():
                if key not in own:
                    own[key] = self._other_power_w(*key)
            at_own = {name: own[name, mhz] for name, mhz in clocks.items()}
            rows.append([at_own.get(name, full[name]) for name in self.processors])
        self.other_power_w = np.array(rows)

    def frame_latency_s(self, others: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the time of a frame while others take these shares, [rows] (s)."""
        factors = {
            name: slowdown_by_others(self._model, share, self.deviation.slowdown_exponent)
            for name, share in others.items()
        }
        latency_s: NDArray[np.float64] = self.latency_s * np.array(
            [factors.get(name, 1.0) for name in self._placement]
        )
        self._shared.fill(latency_s, factors)
        return latency_s

    def power_w(self, others: Mapping[str, float], target_fps: float) -> NDArray[np.float64]:
        """Return the mean power at a frame rate while others take these shares, [rows] (W)."""
        use = np.minimum(1.0, self.latency_s * target_fps)
        shares = np.array([others.get(name, 0.0) for name in self.processors])
        # A processor cannot do more than all its time: the others keep theirs.
        room = 1.0 - np.array(
            [max(others.get(name, 0.0) for name in parts) for parts in self._parts]
        )
        power: NDArray[np.float64] = (
            self.idle_power_w
            + np.minimum(use, room) * (self.busy_power_w - self.idle_power_w)
            + self.other_power_w @ shares
        )
        return power

    def feasible(self, timeline: Timeline, min_accuracy: float = 0.0) -> NDArray[np.bool_]:
        """Return for each frame whether some row is on time within the power budget, [frames].

        Args:
            timeline: the frames.
            min_accuracy: only rows that are so accurate count.
        """
        good = self.setting.table.accuracy >= min_accuracy
        result = np.zeros(timeline.frames, dtype=np.bool_)
        for phase in timeline.phases:
            goals = phase.goals
            answers: dict[int, bool] = {}
            for frame in range(phase.first, phase.end):
                others = timeline.others[frame]
                if id(others) not in answers:
                    quick = self.frame_latency_s(others) <= goals.period_s
                    cheap = self.power_w(others, goals.target_fps) <= goals.power_budget_w
                    answers[id(others)] = bool((good & quick & cheap).any())
                result[frame] = answers[id(others)]
        return result

    def _other_power_w(self, processor: str, clock_mhz: float) -> float:
        """Return what full use of a processor adds at a clock (W)."""
        self._model.set_limit(clock_knob(processor), clock_mhz)
        self._model.step(_INSTANT_S, {})
        idle_w = self._model.total_power_w
        self._model.step(_INSTANT_S, {processor: 1.0}, self.setting.intensity)
        added_w = self._model.total_power_w - idle_w
        self._model.set_limit(clock_knob(processor), self.full_limits[clock_knob(processor)])
        return added_w
