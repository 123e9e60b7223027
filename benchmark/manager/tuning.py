# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Choose the free constants of the baselines by a grid, and write config/policies/.

python -m benchmark.manager.tuning [--policies NAME ...]

The best mean accuracy over all shipped scenarios and the benchmark's boards counts, on seeds that
are never reported. The published constants are in each grid.
"""

import argparse
import dataclasses
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from benchmark import ROOT
from benchmark.manager.settings import BOARDS, TUNING_SEEDS
from dyn_perception.study.experiment import Experiment
from dyn_perception.study.policy_choice import TUNED
from dyn_perception.study.scenario import load_scenario, scenario_names
from dyn_perception.study.setting import make_setting

GRIDS: dict[str, dict[str, tuple[float, ...]]] = {
    'threshold': {
        'margin': (0.85, 0.9, 0.95, 1.0),
        'retry_frames': (20, 100, 300, 1000, 3000),
    },
    # What is published stays; free is only how quickly the power is followed.
    'alert': {
        'alpha': (0.3,),
        'process_noise': (0.1,),
        'measurement_noise': (0.001,),
        'power_gain': (0.03, 0.1, 0.3),
    },
    'alert_tuned': {
        'alpha': (0.3,),
        'process_noise': (0.1, 0.01, 0.003, 0.001),
        'measurement_noise': (0.001, 0.01, 0.03, 0.1),
        'power_gain': (0.1,),
    },
    'pid': {
        'proportional': (0.0, 0.3),
        'integral': (0.02, 0.05, 0.1, 0.2),
        'derivative': (0.0, 0.1),
        'set_point': (0.75, 0.8, 0.85),
        'power_gain': (0.1,),
    },
}
_HEADER = """\
# Chosen by: python -m benchmark.manager.tuning (the grid is in benchmark/manager/tuning.py)
# mean accuracy {accuracy:.4f} over {runs} runs on seeds {first}...{last}, which are not reported;
# with the published or usual constants {usual:.4f}
"""


def evaluate(job: tuple[str, str, int]) -> dict[str, list[float]]:
    """Return the accuracy of every point of every grid on one board, scenario and seed."""
    board, scenario, seed = job
    experiment = Experiment(
        make_setting(board), load_scenario(scenario), seed, objective='accuracy', min_width=0
    )
    table, goals = experiment.setting.table, experiment.timeline.phases[0].goals
    return {
        name: [
            experiment.judge(experiment.run(TUNED[name][1](table, goals, constants))).accuracy
            for constants in grid_points(name)
        ]
        for name in _chosen
    }


def grid_points(name: str) -> list[Any]:
    """Return all constants of a grid, the usual ones first."""
    kind, grid = TUNED[name][0], GRIDS[name]
    points = [kind(**dict(zip(grid, values, strict=True))) for values in product(*grid.values())]
    return [kind(), *(point for point in points if point != kind())]


_chosen: list[str] = [*GRIDS]


def _choose(names: list[str]) -> None:
    _chosen[:] = names


def main(arguments: list[str] | None = None) -> int:
    """Evaluate the grids and write the best of each."""
    parser = argparse.ArgumentParser(prog='python -m benchmark.manager.tuning')
    parser.add_argument('--policies', nargs='+', choices=[*GRIDS], default=[*GRIDS])
    parser.add_argument('--processes', type=int, default=2, metavar='N')
    parser.add_argument('--out', type=Path, default=ROOT / 'config' / 'policies', metavar='DIR')
    options = parser.parse_args(arguments)
    jobs = [*product(BOARDS, scenario_names(), TUNING_SEEDS)]
    with ProcessPoolExecutor(
        options.processes, initializer=_choose, initargs=(options.policies,)
    ) as pool:
        results = [*pool.map(evaluate, jobs)]
    for name in options.policies:
        points = grid_points(name)
        means = [
            sum(result[name][index] for result in results) / len(results)
            for index in range(len(points))
        ]
        best = max(range(len(points)), key=lambda index: means[index])
        constants = dataclasses.asdict(points[best])
        header = _HEADER.format(
            accuracy=means[best], runs=len(results), first=TUNING_SEEDS[0],
            last=TUNING_SEEDS[-1], usual=means[0],
        )  # fmt: skip
        text = header + yaml.safe_dump({'constants': constants}, sort_keys=False)
        (options.out / f'{name}.yaml').write_text(text)
        print(f'{name}: {constants}, accuracy {means[best]:.4f} (usual {means[0]:.4f})')
    return 0


if __name__ == '__main__':
    sys.exit(main())
