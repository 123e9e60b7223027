# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager against the oracle and the other policies, on simulated boards."""

from itertools import product

from benchmark.figure import Value
from benchmark.manager.runs import Job, make_jobs, run_all
from benchmark.manager.settings import SHIPPED_NETWORK, SHIPPED_SEEDS, Settings
from benchmark.manager.summary import by_scenario, gain, mean, summarise


def measure(settings: Settings) -> dict[str, Value]:
    """Run every scenario on every board with every seed."""
    values = summarise(run_all(make_jobs(settings), settings))
    policies = ('manager', 'oracle', 'fixed')
    shipped = [
        Job(board, scenario, seed, SHIPPED_NETWORK, policies, with_energy=False)
        for seed, scenario, board in product(
            [seed for seed in settings.seeds if seed in SHIPPED_SEEDS],
            settings.scenarios,
            settings.boards,
        )
    ]
    outcomes = run_all(shipped, settings)
    if outcomes:
        values[f'accuracy_{SHIPPED_NETWORK}'] = {
            scenario: {policy: mean(group, policy) for policy in policies}
            for scenario, group in by_scenario(outcomes).items()
        }
        values[f'gain_vs_oracle_{SHIPPED_NETWORK}'] = {
            scenario: gain(group) for scenario, group in by_scenario(outcomes).items()
        }
    return values
