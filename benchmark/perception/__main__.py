# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/perception.json.

python -m benchmark.perception --data DIR
"""

import sys
import tempfile
from pathlib import Path

from benchmark.part import MISUSE, add_data_option, has_data, make_parser, run_part
from benchmark.perception.figures import FIGURES
from benchmark.perception.settings import Settings
from dyn_perception.share import model_path

MEASUREMENTS = (
    'accuracy',
    'engine_time',
    'first_frame',
    'memory',
    'ros_overhead',
    'ros_switch',
    'ros_delivery',
)
"""Modules of this folder; each has `measure(settings)` that returns values by key."""


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    parser = make_parser('perception', 'Measure the perception part.', MEASUREMENTS)
    add_data_option(parser)
    parser.add_argument(
        '--models', type=Path, metavar='DIR',
        help='folder with bundles named resnet and alexnet (default: the shipped ones)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if not has_data(options.data):
        return MISUSE
    with tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch:
        models = (options.models or model_path('resnet').parent).resolve()
        settings = Settings(Path(options.data).resolve(), models, Path(scratch))
        return run_part('perception', FIGURES, options.only, settings, options.out)


if __name__ == '__main__':
    sys.exit(main())
