# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long one full reading of a board takes."""

import time

import numpy as np

from benchmark.board.orin_tree import write_orin_tree
from benchmark.board.settings import Settings
from benchmark.figure import Value
from benchmark.timing import milliseconds, seconds, undisturbed
from dyn_perception.board.board import open_board

_READINGS = 3000
_LIMIT_S = 60.0


def measure(settings: Settings) -> dict[str, Value]:
    """Read the tree of an Orin Nano: 6 cores, a GPU, 3 rails, 9 zones, 3 counters.

    The readings follow each other at once; the sensors are looked for again at the usual times.
    """
    root = settings.scratch / 'reading'
    write_orin_tree(root)
    board = open_board(root)
    end_s = time.monotonic() + _LIMIT_S
    times: list[float] = []
    with undisturbed():
        while len(times) < _READINGS and time.monotonic() < end_s:
            times.append(seconds(board.read))
        probes = [seconds(lambda: open_board(root)) for _ in range(20)]
    return {
        'read_ms': milliseconds(np.array(times)),
        'read_p99_ms': float(np.quantile(times, 0.99)) * 1e3,
        'open_ms': milliseconds(np.array(probes)),
    }
