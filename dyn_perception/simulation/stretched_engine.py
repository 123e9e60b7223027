# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""An engine that takes as long as a simulated board would: real answers in modelled time."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine, EngineResult
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.placement import Placement
from dyn_perception.inference.stopping import StopRule
from dyn_perception.network.manifest import Manifest
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.modelled_work import ModelledWork
from dyn_perception.simulation.simulated_processors import SimulatedProcessors
from dyn_perception.simulation.workload import Workload, workload_by_macs


class StretchedEngine(Engine):
    """Runs groups on this machine and ends each when the modelled processor would have.

    Attributes:
        busy_s: time that each processor of the board worked for the last run (s).
        host_excess_s: time by which this machine was later than the model at the end of the last
            run (s), 0 if by less than 1 ms.
    """

    def __init__(
        self,
        engine: Engine,
        manifest: Manifest,
        board: SimulatedProcessors,
        placement: Placement,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Register as a program on the board.

        Args:
            engine: runs the network on this machine; it is closed with this one.
            manifest: of the same network.
            board: where the network runs as far as time is concerned.
            placement: one of `board.place`.
            sleep: waits on the board's clock.

        Raises:
            EngineError: if the board does not run.
        """
        super().__init__(manifest, engine.threads, placement)
        self._engine = engine
        self._board = board
        self._macs = manifest.group_macs
        self._workload = workload_by_macs(board.description, self._macs)
        self._batch_size = 1
        self._is_first: bool | None = None
        self.busy_s: dict[str, float] = {}
        self.host_excess_s = 0.0
        try:
            self._work = ModelledWork(board, sleep=sleep)
        except SimulationError as error:
            raise EngineError(str(error)) from error

    def place(self, placement: Placement) -> None:
        """Go on with another processor of the board; nothing is loaded for it."""
        self.placement = placement

    def run(
        self, batch: NDArray[np.float32], width: int, stop: StopRule | None = None
    ) -> EngineResult:
        """Run as `Engine.run` does, in modelled time.

        Raises:
            EngineError: as there, and if the board does not run any more.
        """
        try:
            return super().run(batch, width, stop)
        finally:
            self._end()

    def run_group(
        self, group: int, batch: NDArray[np.float32], *, is_first: bool = True
    ) -> NDArray[np.float32]:
        """Run as `Engine.run_group` does, in modelled time.

        Of a frame that several processors share, the first group on each has what a frame costs.

        Raises:
            EngineError: as there, and if the board does not run any more.
        """
        self._is_first = is_first
        if not is_first:
            self._work.resume()
        try:
            return super().run_group(group, batch, is_first=is_first)
        finally:
            self._is_first = None
            self._end()

    def warm_up(self, batch_size: int) -> EngineResult:
        """Warm this machine up, in its own time.

        Returns:
            A result with the times that the board would take now.

        Raises:
            EngineError: if running a group fails, or the board does not run.
        """
        result = self._engine.warm_up(batch_size)
        workload = self._workload_for(batch_size)
        try:
            now = self._board.conditions(self._processor)
        except SimulationError as error:
            raise EngineError(str(error)) from error
        seconds = (
            workload.group_latency_s(self._processor, now.clock_mhz, group)
            * now.slowdown
            * now.latency
            for group in range(1, self.groups + 1)
        )
        return dataclasses.replace(result, group_seconds=tuple(seconds))

    def close(self) -> None:
        """Unregister and close the engine."""
        self._work.close()
        self._engine.close()

    @property
    def _processor(self) -> str:
        return self.placement.processors[0].name

    def _begin(self, batch: NDArray[np.float32]) -> None:
        self._engine._begin(batch)
        self._work.begin()

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        workload = self._workload_for(len(batch))
        try:
            return self._work.run_group(
                workload,
                self._processor,
                group,
                lambda: self._engine._forward(group, batch),
                is_first=self._is_first,
            )
        except SimulationError as error:
            raise EngineError(str(error)) from error

    def _end(self) -> None:
        self._work.end()
        self.busy_s = self._work.busy_s
        self.host_excess_s = self._work.host_excess_s

    def _workload_for(self, batch_size: int) -> Workload:
        if batch_size != self._batch_size:
            description = self._board.description
            self._workload = workload_by_macs(description, self._macs, batch=batch_size)
            self._batch_size = batch_size
        return self._workload
