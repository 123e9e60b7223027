# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Policies by name."""

from collections.abc import Callable
from typing import Any

import yaml

from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.control.policy import Goals, Policy
from dyn_perception.share import config_path
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.oracle import OraclePolicy
from dyn_perception.study.policies.alert import AlertConstants, AlertPolicy
from dyn_perception.study.policies.pid import PidConstants, PidPolicy
from dyn_perception.study.policies.static import StaticPolicy, find_row
from dyn_perception.study.policies.threshold import ThresholdConstants, ThresholdPolicy
from dyn_perception.study.static_oracle import best_static_row

TUNED: dict[str, tuple[type[Any], Callable[..., Policy]]] = {
    'alert': (AlertConstants, AlertPolicy),
    'alert_tuned': (AlertConstants, AlertPolicy),
    'pid': (PidConstants, PidPolicy),
    'threshold': (ThresholdConstants, ThresholdPolicy),
}
POLICIES = ('manager', 'static', 'static_oracle', 'oracle', *sorted(TUNED))


def tuned_constants(name: str) -> Any:
    """Return the constants that the grid search chose, `config/policies/<name>.yaml`."""
    kind, _ = TUNED[name]
    content = yaml.safe_load(config_path(f'policies/{name}.yaml').read_text())
    try:
        return kind(**content['constants'])
    except (TypeError, KeyError) as error:
        raise SimulationError(f'config/policies/{name}.yaml has no constants: {error}') from error


def make_tuned_policy(name: str, table: OperatingPointTable, goals: Goals) -> Policy:
    """Return a baseline with its tuned constants."""
    _, make = TUNED[name]
    return make(table, goals, tuned_constants(name))


def make_policy(experiment: Experiment, name: str, **point: float | str | None) -> Policy:
    """Return a new policy for an experiment.

    Args:
        experiment: that it is to be run in.
        name: one of `POLICIES`.
        point: of `static`: width, placement, clock_mhz; see `find_row`.

    Raises:
        SimulationError: the policy or the point is unknown.
    """
    table, goals = experiment.setting.table, experiment.timeline.phases[0].goals
    if name in TUNED:
        return make_tuned_policy(name, table, goals)
    if name == 'manager':
        return ManagerPolicy(table, goals)
    if name == 'static':
        return StaticPolicy(table, goals, find_row(table, **point))  # type: ignore[arg-type]
    if name == 'static_oracle':
        return StaticPolicy(table, goals, best_static_row(experiment))
    if name == 'oracle':
        return OraclePolicy(experiment.true, experiment.timeline)
    raise SimulationError(f'policy {name!r} is unknown: choose of {", ".join(POLICIES)}')
