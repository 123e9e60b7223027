# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/frame.json.

python -m benchmark.frame --data DIR
"""

import argparse
import importlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

from rich.console import Console

from benchmark import ROOT
from benchmark.frame.figures import FIGURES
from benchmark.perception.settings import Settings
from benchmark.report import Report
from dyn_perception.datasets.cifar10 import is_cifar10_folder
from dyn_perception.share import model_path

MEASUREMENTS = (
    'confidence',
    'split',
    'gpu',
    'ros_deadline',
    'ros_placement',
    'ros_cameras',
    'ros_idle',
    'ros_rate',
)
"""Modules of this folder; each has `measure(settings)` that returns values by key."""

_NEEDS_DATA = 'confidence'


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    options = _parse(arguments)
    chosen = options.only or MEASUREMENTS
    data = Path(options.data)
    if _NEEDS_DATA in chosen and not (options.data and is_cifar10_folder(data)):
        print(
            f'data folder {options.data!r} holds no CIFAR-10: name the folder with --data, '
            'DYN_PERCEPTION_DATA or make bench DATA=DIR',
            file=sys.stderr,
        )
        return 2
    console = Console(width=None if sys.stdout.isatty() else 120)
    report = Report('frame', FIGURES)
    with tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch:
        settings = Settings(data.resolve(), model_path('resnet').parent.resolve(), Path(scratch))
        for name in chosen:
            console.print(f'measuring {name} ...')
            try:
                report.add(importlib.import_module(f'benchmark.frame.{name}').measure(settings))
            except Exception as error:  # what the others measured is still written
                traceback.print_exc()
                report.fail(name, f'{type(error).__name__}: {error}')
    path = report.write(options.out)
    report.print(console)
    console.print(f'written to {path}')
    return 1 if report.failed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python -m benchmark.frame', description='Measure what a frame costs.'
    )
    parser.add_argument(
        '--data', default=os.environ.get('DYN_PERCEPTION_DATA', ''), metavar='DIR',
        help='CIFAR-10 (default: DYN_PERCEPTION_DATA)',
    )  # fmt: skip
    parser.add_argument('--out', type=Path, default=ROOT / 'build' / 'bench', metavar='DIR')
    parser.add_argument(
        '--only', nargs='+', choices=MEASUREMENTS, metavar='NAME',
        help=f'measure only some of {", ".join(MEASUREMENTS)}; the file holds only their figures',
    )  # fmt: skip
    return parser.parse_args(arguments)


if __name__ == '__main__':
    sys.exit(main())
