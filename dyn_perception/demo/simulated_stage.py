# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The stage of a simulated board."""

import secrets
import tempfile
from pathlib import Path

from dyn_perception.demo.competition import Program
from dyn_perception.demo.grid_choice import choose_grid, host_image_s
from dyn_perception.demo.stage import Stage
from dyn_perception.network.bundle import load_bundle
from dyn_perception.share import model_path
from dyn_perception.simulation.board_files import board_names, load_board_description

_MODEL = 'resnet'
_SHARE = 0.5  # of the processor that a competing program wants


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
        loading=Program('demo.simulated_competitor', (str(root), f'{placement}={_SHARE}')),
        loaded=f'{_SHARE:.0%} of {placement}',
        perception={'simulated_board': str(root)},
        monitor={'sysfs_root': str(root)},
        # Of another board the manager learns from the results.
        manager={'profile': board} if board in board_names() else {},
        root=root,
        board=board,
    )
