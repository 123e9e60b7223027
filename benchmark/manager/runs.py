# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""All policies on one board, scenario and seed."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from benchmark.manager.settings import BASELINES, ENERGY_MIN_WIDTH, Settings
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.figures import (
    RunFigures,
    contention_settling,
    frame_accuracies,
)
from dyn_perception.study.network_choice import PUBLISHED
from dyn_perception.study.policy_choice import make_policy
from dyn_perception.study.scenario import load_scenario
from dyn_perception.study.setting import Setting, make_setting
from dyn_perception.study.trace import Trace

# A run of the objective `energy` counts if so many of its frames were on time ...
WANTED_HIT = 0.99
# ... and its accuracy was at most so much below the wanted, where the wanted was possible.
ACCURACY_TOLERANCE = 0.002


@dataclass(frozen=True)
class Job:
    """One board, scenario and seed."""

    board: str
    scenario: str
    seed: int
    network: str = PUBLISHED
    policies: tuple[str, ...] = ('manager', 'oracle', 'fixed', *BASELINES)
    with_energy: bool = True
    split: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the policies did.

    Attributes:
        job: what was run.
        figures: of each policy; `fixed` is width 1 at full clocks on its fastest placement.
        settling: frames of the manager after each step up in contention.
        energy_ratio: energy of the manager over the oracle's with the objective `energy`; None:
            the manager's run does not count, or it was not made.
    """

    job: Job
    figures: dict[str, RunFigures]
    settling: list[int]
    energy_ratio: float | None


def run_all(jobs: list[Job], settings: Settings) -> list[Outcome]:
    """Run jobs side by side; the result has their order."""
    with ProcessPoolExecutor(settings.processes) as pool:
        return list(pool.map(run_job, jobs, chunksize=1))


def make_jobs(settings: Settings) -> list[Job]:
    """Return a job for each board, scenario and seed."""
    return [
        Job(board, scenario, seed)
        for seed, scenario, board in product(settings.seeds, settings.scenarios, settings.boards)
    ]


def run_job(job: Job) -> Outcome:
    """Run all policies of a job."""
    setting = _setting(job.board, job.network, job.split)
    scenario = load_scenario(job.scenario)
    experiment = Experiment(setting, scenario, job.seed, objective='accuracy', min_width=0)
    figures, settling = {}, []
    for name in job.policies:
        if name == 'fixed':
            trace = experiment.run(make_policy(experiment, 'static', width=1))
        else:
            trace = experiment.run(make_policy(experiment, name))
        figures[name] = experiment.judge(trace)
        if name == 'manager':
            settling = contention_settling(trace)
    ratio = _energy_ratio(setting, job) if job.with_energy else None
    return Outcome(job, figures, settling, ratio)


@lru_cache(maxsize=8)
def _setting(board: str, network: str, split: bool) -> Setting:
    return make_setting(board, network, split=split)


def _energy_ratio(setting: Setting, job: Job) -> float | None:
    experiment = Experiment(
        setting,
        load_scenario(job.scenario),
        job.seed,
        objective='energy',
        min_width=ENERGY_MIN_WIDTH,
    )
    trace = experiment.run(make_policy(experiment, 'manager'))
    if not _counts(experiment, trace):
        return None
    oracle = experiment.run(make_policy(experiment, 'oracle'))
    return trace.energy_j / oracle.energy_j


def _counts(experiment: Experiment, trace: Trace) -> bool:
    """Return whether a run meets the deadline and the least accuracy."""
    figures = experiment.judge(trace)
    wanted = experiment.timeline.phases[0].goals.min_accuracy
    on_time = trace.on_time()
    possible = experiment.true.feasible(experiment.timeline, wanted) & on_time
    accuracies = frame_accuracies(trace, on_time, experiment.setting.network.accuracies)
    accuracy = float(np.mean(accuracies[possible])) if possible.any() else 0.0
    return figures.deadline_hit_settled >= WANTED_HIT and accuracy >= wanted - ACCURACY_TOLERANCE
