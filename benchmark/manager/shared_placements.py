# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What it is worth to the manager that the clusters of a board may share a frame's groups."""

from itertools import product

from benchmark.figure import Value
from benchmark.manager.runs import Job, run_all
from benchmark.manager.settings import Settings
from benchmark.manager.summary import by_scenario, gain, mean

BOARD = 'odroid_xu3'
"""The one shipped board with processors that are close enough in speed."""


def measure(settings: Settings) -> dict[str, Value]:
    """Run every scenario with every seed, with and without such placements."""
    runs = {}
    for split in (False, True):
        jobs = [
            Job(
                BOARD,
                scenario,
                seed,
                policies=('manager', 'oracle', 'fixed'),
                with_energy=False,
                split=split,
            )
            for seed, scenario in product(settings.seeds, settings.scenarios)
        ]
        runs[split] = by_scenario(run_all(jobs, settings))
    gained = {
        name: mean(group, 'manager') - mean(runs[False][name], 'manager')
        for name, group in runs[True].items()
    }
    gains = [gain(group) for group in runs[True].values()]
    hits = [mean(group, 'manager', 'deadline_hit_settled') for group in runs[True].values()]
    figures = [outcome.figures['manager'] for group in runs[True].values() for outcome in group]
    return {
        'shared_accuracy_gain': sum(gained.values()) / len(gained),
        'shared_accuracy_gain_by_scenario': gained,
        'shared_gain_vs_oracle': sum(gains) / len(gains),
        'shared_hit_settled': min(hits),
        'shared_over_s': max(max(one.over_power_s, one.over_temperature_s) for one in figures),
    }
