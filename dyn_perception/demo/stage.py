# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the loop is shown: what the nodes are told about it, what competes, what to try there."""

import math
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dyn_perception.demo.competition import Calibration, Load, competitor
from dyn_perception.demo.observations import Board
from dyn_perception.demo.processes import Program

Grid = tuple[int, int]
LARGEST_GRID: Grid = (6, 8)

_MORE = 1.5  # programs at level 2 of the load over those at level 1, at least one more
_COMMAND = 'dyn-perception'


@dataclass(frozen=True)
class Stage:
    """What the nodes are told about where they run.

    Attributes:
        title: for people.
        regions: grid of images in a frame.
        placement: where the network starts to run; '' leaves it to the node.
        loading: a program that competes.
        loaded: what such a program does, in words.
        perception: further parameters of the perception node.
        monitor: parameters of the resource monitor.
        manager: further parameters of the manager.
        root: folder of the simulated board; None: this machine.
        board: its name.
    """

    title: str
    regions: Grid
    placement: str
    loading: Program
    loaded: str
    perception: Mapping[str, object] = field(default_factory=dict)
    monitor: Mapping[str, object] = field(default_factory=dict)
    manager: Mapping[str, object] = field(default_factory=dict)
    root: Path | None = None
    board: str = ''

    def loads(self, calibration: Calibration) -> dict[int, Load]:
        """Return what competes at each level of the load."""
        counts = {1: calibration.programs, 2: math.ceil(_MORE * calibration.programs)}
        return {
            level: Load((self.loading,) * count, f'{count} × {self.loaded}')
            for level, count in counts.items()
        }

    def hints(self, namespace: str, board: Board | None, has_manager: bool) -> tuple[str, ...]:
        """Return commands that a person may try in another terminal."""
        node, value = ('manager', 'target_fps 10') if has_manager else ('perception', 'width 2')
        for processor in board.processors if board else ():
            if processor.parameter:  # the last one: a GPU comes after the CPU
                node = 'resource_monitor'
                value = f'{processor.parameter} {processor.maximum_mhz / 2:.0f}'
        hints = [set_command(f'/{namespace}/{node}', *value.split())]
        if self.root is not None:
            load = f'{self.placement}=0.5'
            hints.append(f'{program_command()} board --load {load} --root {self.root}')
        return tuple(hints)


def this_machine() -> Stage:
    """Return the stage of the machine that the demo runs on.

    Where it has several cores, network and programs share one of them, so that they compete
    whatever else the others have to do. It is the last one: the first has most interrupts.
    """
    cores = sorted(os.sched_getaffinity(0))
    core = cores[-1]
    return Stage(
        title=f'on core {core} of this machine',
        regions=LARGEST_GRID,
        placement=f'cpu:{core}' if cores[1:] else '',
        loading=competitor(core),
        loaded=f'compressing data, core {core}',
    )


def set_command(node: str, parameter: str, value: str) -> str:
    """Return the command that sets a parameter of a node, in the folder that the demo runs in.

    ROS 2 from wheels has no `ros2`.
    """
    if shutil.which('ros2'):
        return f'ros2 param set {node} {parameter} {value}'
    return f'make set NODE={node} PARAMETER={parameter} VALUE={value}'


def program_command() -> str:
    """Return how the command of this package is called in the folder that the demo runs in."""
    path = Path(sys.prefix, 'bin', _COMMAND)
    relative = os.path.relpath(path)
    # An environment in this folder is not on the path of another terminal.
    return relative if path.is_file() and not relative.startswith(os.pardir) else _COMMAND
