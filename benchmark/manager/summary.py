# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documented figures of many runs."""

from collections.abc import Sequence

import numpy as np

from benchmark.figure import Value
from benchmark.manager.runs import Outcome
from benchmark.manager.settings import BASELINES

CLEAR = 0.01


def mean(outcomes: Sequence[Outcome], policy: str, name: str = 'accuracy') -> float:
    """Return the mean of one figure of a policy."""
    return float(np.mean([getattr(outcome.figures[policy], name) for outcome in outcomes]))


def gain(outcomes: Sequence[Outcome], policy: str = 'manager') -> float:
    """Return the share of what the oracle wins over fixed width 1 that a policy wins."""
    fixed = mean(outcomes, 'fixed')
    return (mean(outcomes, policy) - fixed) / (mean(outcomes, 'oracle') - fixed)


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Value]:
    """Return the documented figures; see doc/manager.md for what they mean."""
    groups = by_scenario(outcomes)
    gains = {name: gain(group) for name, group in groups.items()}
    margins = {
        baseline: [mean(group, 'manager') - mean(group, baseline) for group in groups.values()]
        for baseline in BASELINES
    }
    settling = [frames for outcome in outcomes for frames in outcome.settling]
    ratios = [item.energy_ratio for item in outcomes if item.energy_ratio is not None]
    values: dict[str, Value] = {
        'deadline_hit_settled': min(
            mean(group, 'manager', 'deadline_hit_settled') for group in groups.values()
        ),
        'deadline_hit': min(mean(group, 'manager', 'deadline_hit') for group in groups.values()),
        'gain_vs_oracle': float(np.mean([*gains.values()])),
        'gain_vs_oracle_worst': min(gains.values()),
        'worst_margin': {name: min(items) for name, items in margins.items()},
        'clear_wins': {
            name: sum(item >= CLEAR for item in items) for name, items in margins.items()
        },
        'over_temperature_s': worst(outcomes, 'over_temperature_s'),
        'over_power_s': worst(outcomes, 'over_power_s'),
    }
    if ratios:
        values['energy_vs_oracle'] = float(np.mean(ratios))
    if settling:
        values['settling_frames'] = float(np.percentile(settling, 95))
    return {**values, **details(outcomes)}


def details(outcomes: Sequence[Outcome]) -> dict[str, Value]:
    """Return what lies behind the figures."""
    groups = by_scenario(outcomes)
    boards = sorted({outcome.job.board for outcome in outcomes})
    policies = [*outcomes[0].figures]
    ratios = [item.energy_ratio for item in outcomes if item.energy_ratio is not None]
    values: dict[str, Value] = {
        'accuracy_by_policy': {
            scenario: {policy: mean(group, policy) for policy in policies}
            for scenario, group in groups.items()
        },
        'hit_by_policy': {
            scenario: {policy: mean(group, policy, 'deadline_hit') for policy in policies}
            for scenario, group in groups.items()
        },
        'gain_by_board': {
            scenario: {
                board: gain([item for item in group if item.job.board == board])
                for board in boards
            }
            for scenario, group in groups.items()
        },
        'switches_by_scenario': {
            scenario: mean(group, 'manager', 'switches') for scenario, group in groups.items()
        },
        'over_by_policy': {
            policy: {
                'temperature_s': worst(outcomes, 'over_temperature_s', policy),
                'power_s': worst(outcomes, 'over_power_s', policy),
            }
            for policy in policies
        },
    }
    if any(outcome.job.with_energy for outcome in outcomes):
        values['energy_runs_share'] = len(ratios) / len(outcomes)
    if ratios:
        values['energy_vs_oracle_p95'] = float(np.percentile(ratios, 95))
    return values


def by_scenario(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return the outcomes of each scenario."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.job.scenario, []).append(outcome)
    return groups


def worst(outcomes: Sequence[Outcome], name: str, policy: str = 'manager') -> float:
    """Return the highest of one figure of a policy."""
    return max(float(getattr(outcome.figures[policy], name)) for outcome in outcomes)
