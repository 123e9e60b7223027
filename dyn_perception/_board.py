# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The board that a program runs on, as a policy sees it."""

import os
import time
from pathlib import Path

from dyn_perception.board.board import open_board
from dyn_perception.board.state import ClusterState, GpuState
from dyn_perception.control.policy import BoardObservation, ProcessorObservation


class Board:
    """Reads load, clocks, power and heat of a board. Not safe for several threads at once.

    Attributes:
        model: what the board is called.
    """

    def __init__(self, root: str | os.PathLike[str] = '/') -> None:
        """Probe what can be read.

        Args:
            root: '/' for this machine, or the folder of a simulated board.

        Raises:
            BoardError: if the root is no folder.
        """
        self._board = open_board(Path(root))
        self.model = self._board.model
        self._board.read()  # what is averaged between readings begins here

    def read(self) -> BoardObservation:
        """Return what the board is like now; loads are averaged since the previous reading.

        A reading takes some milliseconds of files: ten a second are plenty. What the board does
        not tell is NaN.
        """
        state = self._board.read()
        return BoardObservation(
            time_s=time.monotonic(),
            window_s=state.window_s,
            power_w=state.total_power_w,
            hottest_c=state.hottest_c,
            throttled=state.throttled,
            cpu_pressure=state.cpu_pressure,
            processors=(
                *(
                    _processor(f'cpu:{cluster.name}', f'cpu.{cluster.name}', cluster, cores)
                    for cluster in state.clusters
                    if (cores := len(cluster.online) or len(cluster.cores))
                ),
                *(_processor(gpu.name, gpu.name, gpu, 1) for gpu in state.gpus),
            ),
        )


def _processor(
    name: str, knob: str, state: ClusterState | GpuState, cores: int
) -> ProcessorObservation:
    return ProcessorObservation(
        name=name,
        knob=knob,
        load=state.load,
        clock_mhz=state.clock_mhz,
        limit_mhz=state.limit_mhz,
        minimum_mhz=state.minimum_mhz,
        maximum_mhz=state.maximum_mhz,
        steps_mhz=state.steps_mhz,
        cores=float(cores),
    )
