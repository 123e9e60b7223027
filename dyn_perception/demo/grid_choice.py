# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How many images a frame has on a simulated board, so that this machine keeps up with it."""

import time
from itertools import pairwise

import numpy as np

from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import Bundle
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.workload import workload_by_macs

Grid = tuple[int, int]
GRIDS: tuple[Grid, ...] = ((6, 8), (4, 6), (3, 4), (2, 3), (1, 2), (1, 1))  # largest first
_LONGEST_S = 0.06  # of a frame on the board, so that some ten are seen a second
_HOST_MARGIN = 1.6  # time on the board over that here: the nodes have other things to do, too
_MEASURED_IMAGES = 6
_MEASUREMENTS = 3


def host_image_s(bundle: Bundle) -> float:
    """Return how long this machine computes for one image at full width (s).

    That is time of the processor: whatever else runs while the demo starts does not count.

    Raises:
        BundleError: if a file of the bundle was changed.
        EngineError: if the network cannot be run.
    """
    engine = create_engine(bundle)
    try:
        size = bundle.manifest.input
        images = np.zeros((_MEASURED_IMAGES, 3, size.height, size.width), np.float32)
        engine.warm_up(_MEASURED_IMAGES)
        times = []
        for _ in range(_MEASUREMENTS):
            start = time.thread_time()
            engine.run(images, bundle.manifest.groups)
            times.append(time.thread_time() - start)
    finally:
        engine.close()
    return min(times) / _MEASURED_IMAGES


def choose_grid(description: BoardDescription, bundle: Bundle, image_s: float) -> tuple[Grid, str]:
    """Return the grid of a frame, and the placement that is fastest with it.

    It is the largest grid whose frame the board does fast enough to watch, and more slowly than
    this machine. Where there is none, it is a single image, which costs the board most beside what
    it costs here: each frame and group takes the board some time of its own.

    Args:
        description: the board.
        bundle: the network.
        image_s: time for one image here (s).

    Raises:
        SimulationError: if the board states no computing rates.
    """
    for grid in GRIDS:
        frame_s, placement = _fastest(description, bundle, grid)
        if _HOST_MARGIN * grid[0] * grid[1] * image_s <= frame_s <= _LONGEST_S:
            return grid, placement
    return GRIDS[-1], placement


def _fastest(description: BoardDescription, bundle: Bundle, grid: Grid) -> tuple[float, str]:
    totals = [0, *(figures.macs for figures in bundle.manifest.widths)]
    macs = [after - before for before, after in pairwise(totals)]
    workload = workload_by_macs(description, macs, batch=grid[0] * grid[1])
    clocks = {name: item.steps_mhz[-1] for name, item in description.processors.items()}
    return min(
        (workload.latency_s(name, clocks[name], workload.groups), name)
        for name in workload.processors
    )
