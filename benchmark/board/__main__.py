# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure the part and write build/bench/board.json.

python -m benchmark.board
"""

import sys
import tempfile
from pathlib import Path

from benchmark.board.figures import FIGURES
from benchmark.board.settings import Settings
from benchmark.part import make_parser, run_part

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
    options = make_parser('board', 'Measure the board part.', MEASUREMENTS).parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='dyn_perception_bench_') as scratch:
        # Some measurements run as a user without rights, who must reach their files.
        Path(scratch).chmod(0o755)
        settings = Settings(Path(scratch))
        return run_part('board', FIGURES, options.only, settings, options.out)


if __name__ == '__main__':
    sys.exit(main())
