# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/board.json.

python -m benchmark.board
"""

import argparse
import importlib
import sys
import tempfile
import traceback
from pathlib import Path

from rich.console import Console

from benchmark import ROOT
from benchmark.board.figures import FIGURES
from benchmark.board.settings import Settings
from benchmark.report import Report

MEASUREMENTS = (
    'ros_monitor_cpu',
    'reading_time',
    'ros_nano',
    'odroid_xu3',
    'ros_restoring',
    'fuzz',
)
"""Modules of this folder; each has `measure(settings)` that returns values by key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    options = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    report = Report('board', FIGURES)
    with tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch:
        # Some measurements run as a user without rights, who must reach their files.
        Path(scratch).chmod(0o755)
        settings = Settings(Path(scratch))
        for name in options.only or MEASUREMENTS:
            console.print(f'measuring {name} ...')
            try:
                report.add(importlib.import_module(f'benchmark.board.{name}').measure(settings))
            except Exception as error:  # what the others measured is still written
                traceback.print_exc()
                report.fail(name, f'{type(error).__name__}: {error}')
    path = report.write(options.out)
    report.print(console)
    console.print(f'written to {path}')
    return 1 if report.failed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m benchmark.board', description='Measure the board part.'
    )
    parser.add_argument('--out', type=Path, default=ROOT / 'build' / 'bench', metavar='DIR')
    parser.add_argument(
        '--only', nargs='+', choices=MEASUREMENTS, metavar='NAME',
        help=f'measure only some of {", ".join(MEASUREMENTS)}; the file holds only their figures',
    )  # fmt: skip
    return parser.parse_args(arguments)


if __name__ == '__main__':
    sys.exit(main())
