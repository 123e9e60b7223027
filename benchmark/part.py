# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every part does: run its measurements and write build/bench/<part>.json."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from benchmark import ROOT
from benchmark.figure import Figure
from benchmark.report import Report
from dyn_perception.datasets.cifar10 import is_cifar10_folder

MISUSE = 2


def make_parser(
    part: str, description: str, measurements: Sequence[str]
) -> argparse.ArgumentParser:
    """Return a parser with the options that every part has: --out and --only."""
    parser = argparse.ArgumentParser(prog=f'python -m benchmark.{part}', description=description)
    parser.add_argument('--out', type=Path, default=ROOT / 'build' / 'bench', metavar='DIR')
    parser.add_argument(
        '--only', nargs='+', choices=measurements, default=measurements, metavar='NAME',
        help=f'measure only some of {", ".join(measurements)}; the file holds only their figures',
    )  # fmt: skip
    return parser


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add --data, the folder with CIFAR-10."""
    parser.add_argument(
        '--data', default=os.environ.get('DYN_PERCEPTION_DATA', ''), metavar='DIR',
        help='CIFAR-10 (default: DYN_PERCEPTION_DATA)',
    )  # fmt: skip


def has_data(folder: str) -> bool:
    """Return whether a folder holds CIFAR-10; if not, say so on standard error."""
    if folder and is_cifar10_folder(Path(folder)):
        return True
    print(
        f'data folder {folder!r} holds no CIFAR-10: name the folder with --data, '
        'DYN_PERCEPTION_DATA or make bench DATA=DIR',
        file=sys.stderr,
    )
    return False


def run_part(
    part: str, figures: Sequence[Figure], names: Iterable[str], settings: object, out: Path
) -> int:
    """Run measurements of a part; return 1 if one of them failed, whatever the figures are.

    Args:
        part: name of the folder with the measurements.
        figures: the documented figures.
        names: modules of the folder; each has `measure(settings)` that returns values by key.
        settings: what the part's measurements are given.
        out: folder for the JSON file.
    """
    console = Console(width=None if sys.stdout.isatty() else 120)
    report = Report(part, figures)
    for name in names:
        console.print(f'measuring {name} ...')
        try:
            report.add(importlib.import_module(f'benchmark.{part}.{name}').measure(settings))
        except Exception as error:  # what the others measured is still written
            traceback.print_exc()
            report.fail(name, f'{type(error).__name__}: {error}')
    path = report.write(out)
    report.print(console)
    console.print(f'written to {path}')
    return 1 if report.failed else 0
