# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A program that competes with the network on a simulated board, as long as it lives.

python -m dyn_perception.demo.child PARENT_ID demo.simulated_competitor ROOT PROCESSOR=SHARE

It does what `dyn-perception board --load` does.
"""

import signal
import sys
import threading
from pathlib import Path

from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.program_load import parse_loads, run_load


def main(arguments: list[str]) -> int:
    """Occupy processors of the board at the root until a signal; return the exit status."""
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    _, root, *loads = arguments
    try:
        run_load(Path(root), parse_loads(loads), ended=ending.wait)
    except SimulationError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0
