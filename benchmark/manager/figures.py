# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documented keys of build/bench/manager.json, with what is wanted of them."""

from benchmark.figure import Figure
from benchmark.manager.settings import PUBLISHED_BASELINES

FIGURES = (
    Figure(
        'deadline_hit_settled',
        'frames on time, five after each disturbance left out: worst scenario',
        at_least=0.99,
        digits=4,
    ),
    Figure('deadline_hit', 'frames on time: worst scenario', at_least=0.97, digits=4),
    Figure(
        'gain_vs_oracle',
        '(manager - fixed width 1) / (oracle - fixed width 1) in accuracy: mean of the scenarios',
        at_least=0.90,
        digits=3,
    ),
    Figure('gain_vs_oracle_worst', 'the same: worst scenario', at_least=0.80, digits=3),
    Figure(
        'energy_vs_oracle',
        "energy a frame over the oracle's, objective energy, runs that meet deadline and least "
        'accuracy',
        at_most=1.10,
        digits=3,
    ),
    Figure(
        'settling_frames',
        'frames after a step up in contention until ten in a row are on time, p95',
        at_most=5,
        digits=1,
    ),
    Figure(
        'worst_margin',
        "the manager's accuracy minus that of each: worst scenario",
        at_least=dict.fromkeys(PUBLISHED_BASELINES, -0.002),
        digits=4,
    ),
    Figure(
        'clear_wins',
        'scenarios of 8 that the manager wins against each by 0.01 or more',
        at_least=dict.fromkeys(PUBLISHED_BASELINES, 5),
        digits=0,
    ),
    Figure(
        'over_temperature_s',
        'above the temperature limit, beyond 1 s of grace: worst run (s)',
        at_most=0,
    ),
    Figure(
        'over_power_s', 'above the power budget, beyond 1 s of grace: worst run (s)', at_most=0
    ),
    Figure(
        'shared_accuracy_gain',
        'Odroid XU3, where its clusters may share frames: accuracy of the manager less that '
        'without, mean of the scenarios',
        digits=4,
    ),
    Figure('shared_gain_vs_oracle', 'gain_vs_oracle there, with such placements', digits=3),
    Figure('shared_hit_settled', 'deadline_hit_settled there: worst scenario', digits=4),
    Figure('shared_over_s', 'above the limits of power or temperature there: worst run (s)'),
    Figure(
        'decision_us', 'one decision over 1,000 operating points, p99 (µs)', at_most=200, digits=0
    ),
    Figure(
        'sim_speed',
        'virtual over real time at 30 fps, the manager included: slowest board',
        at_least=200,
        digits=0,
    ),
    Figure(
        'real_hit_managed',
        'frames on time on this machine, two competing processes that come and go',
        at_least=0.97,
        digits=3,
    ),
    Figure('real_hit_static_full', 'the same at width 4 without the manager', digits=3),
    Figure('real_accuracy_managed', 'mean expected accuracy of that run', digits=3),
    Figure(
        'real_settling_ms',
        'until ten frames in a row are on time after the competitors start, worst (ms)',
        at_most=500,
        digits=0,
    ),
)
