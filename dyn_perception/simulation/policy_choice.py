# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Policies by name."""

from collections.abc import Callable
from typing import Any

import yaml

from dyn_perception.control.goals import Goals
from dyn_perception.control.operating_point_table import OperatingPointTable
from dyn_perception.control.policy import Policy
from dyn_perception.share import config_path
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.policies.alert import AlertConstants, AlertPolicy
from dyn_perception.simulation.policies.pid import PidConstants, PidPolicy
from dyn_perception.simulation.policies.threshold import ThresholdConstants, ThresholdPolicy

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
