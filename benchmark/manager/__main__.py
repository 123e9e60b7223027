# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/manager.json.

python -m benchmark.manager [--only NAME ...] [--seeds N]
"""

import argparse
import importlib
import sys
import traceback
from pathlib import Path

from rich.console import Console

from benchmark import ROOT
from benchmark.manager.figures import FIGURES
from benchmark.manager.settings import BOARDS, SEEDS, Settings
from benchmark.report import Report
from dyn_perception.simulation.scenario_files import scenario_names

MEASUREMENTS = ('sim_speed', 'decision_time', 'simulated', 'ros_real')
"""Modules of this folder; each has `measure(settings)` that returns values by key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    options = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    report = Report('manager', FIGURES)
    settings = Settings(range(options.seeds), options.scenarios, options.boards, options.processes)
    for name in options.only or MEASUREMENTS:
        console.print(f'measuring {name} ...')
        try:
            report.add(importlib.import_module(f'benchmark.manager.{name}').measure(settings))
        except Exception as error:  # what the others measured is still written
            traceback.print_exc()
            report.fail(name, f'{type(error).__name__}: {error}')
    path = report.write(options.out)
    report.print(console)
    console.print(f'written to {path}')
    return 1 if report.failed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m benchmark.manager', description='Measure the manager part.'
    )
    parser.add_argument('--out', type=Path, default=ROOT / 'build' / 'bench', metavar='DIR')
    parser.add_argument(
        '--only', nargs='+', choices=MEASUREMENTS, metavar='NAME',
        help=f'measure only some of {", ".join(MEASUREMENTS)}; the file holds only their figures',
    )  # fmt: skip
    parser.add_argument('--seeds', type=int, default=len(SEEDS), metavar='N')
    parser.add_argument('--processes', type=int, default=2, metavar='N')
    names = scenario_names()
    parser.add_argument('--scenarios', nargs='+', choices=names, default=names, metavar='NAME')
    parser.add_argument('--boards', nargs='+', choices=BOARDS, default=BOARDS, metavar='NAME')
    return parser.parse_args(arguments)


if __name__ == '__main__':
    sys.exit(main())
