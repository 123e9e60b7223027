# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/frame.json.

python -m benchmark.frame --data DIR
"""

import sys
import tempfile
from pathlib import Path

from benchmark.frame.figures import FIGURES
from benchmark.part import MISUSE, add_data_option, has_data, make_parser, run_part
from benchmark.perception.settings import Settings
from dyn_perception.share import model_path

MEASUREMENTS = (
    'confidence',
    'split',
    'gpu',
    'ros_deadline',
    'ros_placement',
    'ros_cameras',
    'ros_executors',
    'ros_idle',
    'ros_rate',
)
"""Modules of this folder; each has `measure(settings)` that returns values by key."""

_NEEDS_DATA = 'confidence'


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; return 1 if one of them failed, whatever the figures are."""
    parser = make_parser('frame', 'Measure what a frame costs.', MEASUREMENTS)
    add_data_option(parser)
    options = parser.parse_args(arguments)
    if _NEEDS_DATA in options.only and not has_data(options.data):
        return MISUSE
    with tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch:
        models = model_path('resnet').parent.resolve()
        settings = Settings(Path(options.data).resolve(), models, Path(scratch))
        return run_part('frame', FIGURES, options.only, settings, options.out)


if __name__ == '__main__':
    sys.exit(main())
