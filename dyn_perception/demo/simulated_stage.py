# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated board as stage, with frames so large that this machine keeps up with it."""

import secrets
import tempfile
import time
from pathlib import Path

import numpy as np

from dyn_perception.demo.competition import simulated_competitor
from dyn_perception.demo.stage import LARGEST_GRID, Grid, Stage
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.share import model_path
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import board_names, load_board_description
from dyn_perception.simulation.workload import workload_by_macs

GRIDS: tuple[Grid, ...] = (LARGEST_GRID, (4, 6), (3, 4), (2, 3), (1, 2), (1, 1))  # largest first
_MODEL = 'resnet'
_SHARE = 0.5  # of the processor that a competing program wants
_LONGEST_S = 0.06  # of a frame on the board, so that some ten are seen a second
_HOST_MARGIN = 1.6  # time on the board over that here: the nodes have other things to do, too
_MEASURED_IMAGES = 6
_MEASUREMENTS = 3


def simulated_stage(board: str, model: str) -> Stage:
    """Return the stage of a board that no node keeps yet; its root does not exist.

    Args:
        board: name or path of its description.
        model: name or path of the network; '': that of the perception node.

    Raises:
        BundleError: if the network cannot be read.
        EngineError: if it cannot be run.
        ShareError: if there is no such network.
        SimulationError: if there is no such board, or nobody knows how fast it computes.
    """
    description = load_board_description(board)
    bundle = load_bundle(model_path(model or _MODEL))
    grid, placement = choose_grid(description, bundle, host_image_s(bundle))
    root = Path(tempfile.gettempdir(), f'{description.name}_{secrets.token_hex(3)}')
    return Stage(
        title=f'simulated {description.name}',
        regions=grid,
        placement=placement,
        loading=simulated_competitor(root, placement, _SHARE),
        loaded=f'{_SHARE:.0%} of {placement}',
        perception={'simulated_board': str(root)},
        monitor={'sysfs_root': str(root)},
        # Of another board the manager learns from the results.
        manager={'profile': board} if board in board_names() else {},
        root=root,
        board=board,
    )


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
    macs = bundle.manifest.group_macs
    workload = workload_by_macs(description, macs, batch=grid[0] * grid[1])
    clocks = {name: item.steps_mhz[-1] for name, item in description.processors.items()}
    return min(
        (workload.latency_s(name, clocks[name], workload.groups), name)
        for name in workload.processors
    )
