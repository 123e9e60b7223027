# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A scenario on one board, in seconds, watts and degrees, for each frame of the camera."""

import math
from dataclasses import dataclass

from dyn_perception.control.policy import Goals
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.variation import Variation
from dyn_perception.study.scenario import Scenario, Segment
from dyn_perception.study.setting import Setting, full_temperature_c


@dataclass(frozen=True)
class Phase:
    """A segment in absolute numbers.

    Attributes:
        first: number of its first frame.
        end: number of the frame after its last.
        start_s: when its first frame arrives (s).
        goals: what the policies are asked for.
        contention: share of each processor that other programs take, (at the start, at the end).
        lost: what the board's readings lack.
    """

    first: int
    end: int
    start_s: float
    goals: Goals
    contention: dict[str, tuple[float, float]]
    lost: frozenset[str]

    def is_step_up_from(self, before: 'Phase') -> bool:
        """Whether other programs take more at once of some processor than just before."""
        return any(
            start > before.contention.get(name, (0.0, 0.0))[1] + 1e-9
            for name, (start, _) in self.contention.items()
        )


@dataclass(frozen=True)
class Timeline:
    """All frames.

    Attributes:
        phases: in order of time.
        arrival_s: when each frame arrives, and when the one after the last would (s).
        others: share of each processor that other programs take while the frame is the newest.
    """

    phases: tuple[Phase, ...]
    arrival_s: list[float]
    others: list[dict[str, float]]

    @property
    def frames(self) -> int:
        """How many frames arrive."""
        return len(self.others)


def make_timeline(
    scenario: Scenario,
    setting: Setting,
    *,
    objective: str | None = None,
    min_width: int | None = None,
    variation: Variation | None = None,
) -> Timeline:
    """Return a scenario on a board.

    Args:
        scenario: what happens.
        setting: the board and its network.
        objective: instead of the scenario's.
        min_width: instead of the scenario's.
        variation: of the copy of the board, which temperature limits are shares of: a limit that
            binds on one copy would never be reached on a cooler one, and could not be kept on a
            warmer one.

    Raises:
        SimulationError: the scenario names a processor or a width that is not there.
    """
    phases: list[Phase] = []
    arrival_s: list[float] = []
    others: list[dict[str, float]] = []
    time_s = 0.0
    room_c, full_c = full_temperature_c(setting, variation or Variation())
    for segment in scenario.segments * scenario.repeat:
        goals = _goals(scenario, segment, setting, objective, min_width, (room_c, full_c))
        contention = _contention(segment, setting)
        phase = Phase(
            len(others),
            len(others) + segment.frames,
            time_s,
            goals,
            contention,
            frozenset(segment.lost),
        )
        phases.append(phase)
        constant = {name: start for name, (start, _) in contention.items() if start}
        is_ramp = any(start != end for start, end in contention.values())
        for index in range(segment.frames):
            arrival_s.append(phase.start_s + index * goals.period_s)
            if is_ramp:
                part = (index + 0.5) / segment.frames
                others.append(
                    {name: low + part * (high - low) for name, (low, high) in contention.items()}
                )
            else:
                others.append(constant)
        time_s = phase.start_s + segment.frames * goals.period_s
    arrival_s.append(time_s)
    return Timeline(tuple(phases), arrival_s, others)


def _goals(
    scenario: Scenario,
    segment: Segment,
    setting: Setting,
    objective: str | None,
    min_width: int | None,
    temperatures_c: tuple[float, float],
) -> Goals:
    def chosen(own: float | None, common: float | None) -> float | None:
        return common if own is None else own

    target = chosen(segment.target, scenario.target)
    budget = chosen(segment.power_budget, scenario.power_budget)
    limit = chosen(segment.max_temperature, scenario.max_temperature)
    least = scenario.min_width if min_width is None else min_width
    accuracies = setting.network.accuracies
    if least > len(accuracies):
        raise SimulationError(
            f'min_width {least} is out of range 0...{len(accuracies)}: '
            f'{setting.network.name} has {len(accuracies)} widths'
        )
    assert target is not None
    power_w = setting.full_power_w - setting.idle_power_w
    room_c, full_c = temperatures_c
    return Goals(
        target_fps=target * setting.full_fps,
        power_budget_w=math.inf if budget is None else setting.idle_power_w + budget * power_w,
        max_temperature_c=(math.inf if limit is None else room_c + limit * (full_c - room_c)),
        min_accuracy=accuracies[least - 1] if least else 0.0,
        objective=objective or scenario.objective,
    )


def _contention(segment: Segment, setting: Setting) -> dict[str, tuple[float, float]]:
    """Return the shares by processor; roles stand for the network's placements."""
    placements = setting.placements
    shares: dict[str, tuple[float, float]] = {}
    for role, share in segment.contention.items():
        roles = {
            'fastest': placements[:1],
            'second': placements[1:2],
            'others': placements[1:],
            'all': placements,
        }
        names = roles.get(role, (role,))
        for name in names:
            if name not in setting.description.processors:
                raise SimulationError(
                    f'contention names {name!r}: {setting.description.name} has '
                    f'{", ".join(setting.description.processors)}; '
                    f'roles are {", ".join(roles)}'
                )
            shares[name] = share if isinstance(share, tuple) else (share, share)
    return shares
