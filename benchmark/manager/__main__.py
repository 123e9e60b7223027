# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/manager.json.

python -m benchmark.manager [--only NAME ...] [--seeds N]
"""

import sys

from benchmark.manager.figures import FIGURES
from benchmark.manager.settings import BOARDS, SEEDS, Settings
from benchmark.part import make_parser, run_part
from dyn_perception.study.scenario import scenario_names

MEASUREMENTS = ('sim_speed', 'decision_time', 'simulated', 'shared_placements', 'ros_real')
"""Modules of this folder; each has `measure(settings)` that returns values by key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    parser = make_parser('manager', 'Measure the manager part.', MEASUREMENTS)
    parser.add_argument('--seeds', type=int, default=len(SEEDS), metavar='N')
    parser.add_argument('--processes', type=int, default=2, metavar='N')
    names = scenario_names()
    parser.add_argument('--scenarios', nargs='+', choices=names, default=names, metavar='NAME')
    parser.add_argument('--boards', nargs='+', choices=BOARDS, default=BOARDS, metavar='NAME')
    options = parser.parse_args(arguments)
    settings = Settings(range(options.seeds), options.scenarios, options.boards, options.processes)
    return run_part('manager', FIGURES, options.only, settings, options.out)


if __name__ == '__main__':
    sys.exit(main())
