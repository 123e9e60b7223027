# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""One board, scenario and seed, on which policies are run side by side."""

from collections.abc import Callable

from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.policy import Policy
from dyn_perception.simulation.deviation import draw_deviation
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.figures import RunFigures, judge
from dyn_perception.simulation.oracle import OraclePolicy
from dyn_perception.simulation.plant import Plant
from dyn_perception.simulation.policies.static import StaticPolicy, find_row
from dyn_perception.simulation.policy_choice import POLICIES, TUNED, make_tuned_policy
from dyn_perception.simulation.scenario import Scenario
from dyn_perception.simulation.setting import Setting
from dyn_perception.simulation.static_oracle import best_static_row
from dyn_perception.simulation.timeline import make_timeline
from dyn_perception.simulation.trace import Trace
from dyn_perception.simulation.true_table import TrueTable


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

    def run_named(self, name: str, **point: float | str | None) -> Trace:
        """Run a policy by its name.

        Args:
            name: one of `POLICIES`.
            point: of `static`: width, placement, clock_mhz; see `find_row`.

        Raises:
            SimulationError: the policy or the point is unknown.
        """
        table, goals = self.setting.table, self.timeline.phases[0].goals
        makers: dict[str, Callable[[], Policy]] = {
            'manager': lambda: ManagerPolicy(table, goals),
            'static': lambda: StaticPolicy(table, goals, find_row(table, **point)),  # type: ignore[arg-type]
            'static_oracle': lambda: StaticPolicy(table, goals, best_static_row(self)),
            'oracle': lambda: OraclePolicy(self.true, self.timeline),
        }
        if name in TUNED:
            return self.run(make_tuned_policy(name, table, goals))
        if name not in makers:
            raise SimulationError(f'policy {name!r} is unknown: choose of {", ".join(POLICIES)}')
        return self.run(makers[name]())

    def judge(self, trace: Trace) -> RunFigures:
        """Return the figures of a run."""
        return judge(trace, self.setting.network.accuracies)
