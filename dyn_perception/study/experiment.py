# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One board, scenario and seed, on which policies are run side by side."""

from dyn_perception.control.policy import Policy
from dyn_perception.study.deviation import draw_deviation
from dyn_perception.study.figures import RunFigures, judge
from dyn_perception.study.plant import Plant
from dyn_perception.study.scenario import Scenario
from dyn_perception.study.setting import Setting
from dyn_perception.study.timeline import make_timeline
from dyn_perception.study.trace import Trace
from dyn_perception.study.true_table import TrueTable


class Experiment:
    """What all policies of a comparison have in common.

    Attributes:
        setting: the board and its network.
        timeline: what happens.
        true: the board of the seed.
        seed: of the board, of the noise and of the delays.
    """

    def __init__(
        self,
        setting: Setting,
        scenario: Scenario,
        seed: int,
        *,
        objective: str | None = None,
        min_width: int | None = None,
    ) -> None:
        """Draw the board of a seed.

        Args:
            setting: the board as profiled.
            scenario: what happens.
            seed: any whole number.
            objective: instead of the scenario's.
            min_width: instead of the scenario's.

        Raises:
            SimulationError: the scenario does not fit the board.
        """
        deviation = draw_deviation(seed, setting.placements, setting.network.workload.groups)
        self.setting = setting
        self.seed = seed
        self.timeline = make_timeline(
            scenario,
            setting,
            objective=objective,
            min_width=min_width,
            variation=deviation.variation,
        )
        self.true = TrueTable(setting, deviation)
        self._feasible = self.true.feasible(self.timeline)

    def run(self, policy: Policy) -> Trace:
        """Run a policy that is new and made for `timeline`'s first goals."""
        trace = Trace.empty(self.timeline, self.setting.table.placements, self._feasible)
        return Plant(self.true, self.timeline, self.seed, trace=trace).run(policy)

    def judge(self, trace: Trace) -> RunFigures:
        """Return the figures of a run."""
        return judge(trace, self.setting.network.accuracies)
