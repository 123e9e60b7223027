# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Starting the nodes of the demo."""

import argparse
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dyn_perception.demo.interruption import Interruption
from dyn_perception.demo.loop import MEASURING_FPS
from dyn_perception.demo.processes import NodeProcesses
from dyn_perception.demo.stage import Stage, this_machine

_GRID = (6, 8)
_IMAGE_SIZE = [640, 480]
_FPS = 30.0
_TICK_S = 0.05


@contextmanager
def open_stage(options: argparse.Namespace) -> Iterator[Stage | None]:
    """Return where the loop runs, None where there is none; its folder is gone afterwards."""
    if not options.board:
        yield this_machine(_GRID) if options.manager else None
        return
    # Only here: the others need no simulation.
    from dyn_perception.demo.simulated_stage import simulated_stage

    stage = simulated_stage(options.board, options.model)
    try:
        yield stage
    finally:
        assert stage.root is not None
        shutil.rmtree(stage.root, ignore_errors=True)  # left over where its node was killed


def start_nodes(
    processes: NodeProcesses,
    options: argparse.Namespace,
    stage: Stage | None,
    interruption: Interruption,
) -> None:
    """Start all nodes that the options ask for, unless there is an interruption.

    Raises:
        NodeEndedError: if the simulated board ends.
    """
    if stage is not None and stage.root is not None:
        board = {'board': stage.board, 'root': str(stage.root)}
        processes.start('simulated_board', options.namespace, board, restores=True)
        # The others read it when they start. It appears complete, in one step.
        while not (stage.root.exists() or interruption.requested):
            processes.check()
            time.sleep(_TICK_S)
    if interruption.requested:
        return
    model = {'model': options.model} if options.model else {}
    source = {'source': options.source} if options.source else {}
    camera = {'image_size': _IMAGE_SIZE, **source}
    if stage is None:
        processes.start('perception', options.namespace, model)
        processes.start('image_source', options.namespace, {'rate_hz': _FPS, **camera})
        return
    placement = {'placement': stage.placement} if stage.placement else {}
    grid = {'regions': list(stage.regions)}
    processes.start(
        'perception', options.namespace, {**model, **grid, **placement, **stage.perception}
    )
    mosaic = {'mosaic': list(stage.regions), 'rate_hz': MEASURING_FPS}
    processes.start('image_source', options.namespace, {**camera, **mosaic})
    processes.start('resource_monitor', options.namespace, stage.monitor, restores=True)
    if options.manager:
        manager = {'enabled': False, **stage.manager}
        processes.start('manager', options.namespace, manager, acts_on_others=True)
