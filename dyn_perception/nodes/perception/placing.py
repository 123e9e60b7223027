# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the network of the perception node runs, and changing that while frames go on."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from rclpy.impl.rcutils_logger import RcutilsLogger

from dyn_perception.inference.affinity import set_thread_cores
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.pipeline import Pipeline
from dyn_perception.inference.placement import ANY_CPU, Placement
from dyn_perception.inference.platform import Platform
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import Bundle
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.processors.cores import usable_cores

_JOIN_S = 5.0
_BOARD_WAIT_S = 10.0  # nodes start in any order


class PipelineUser(Protocol):
    """Who runs frames through a pipeline."""

    pipeline: Pipeline


class PlacementChanges:
    """Makes the next pipeline beside the running one and puts it in place between two frames."""

    def __init__(
        self,
        frames: PipelineUser,
        call_between_frames: Callable[[Callable[[], None]], None],
        make: Callable[[Placement], Pipeline],
        report_change: Callable[[Placement], None],
        report_failure: Callable[[Placement, Exception], None],
    ) -> None:
        """Let the frames' thread move to the cores of the pipeline in force.

        Args:
            frames: has the pipeline in force.
            call_between_frames: calls a function in the frames' thread while that works on none.
            make: returns a pipeline that is ready for its first frame, or raises.
            report_change: called, in any thread, when another placement is in force.
            report_failure: called, in any thread, when it cannot be; the one before stays.
        """
        self._frames = frames
        self._call_between_frames = call_between_frames
        self._make = make
        self._report_change = report_change
        self._report_failure = report_failure
        self._lock = threading.Lock()
        self._wanted: Placement | None = None
        self._maker: threading.Thread | None = None
        self._retired: Pipeline | None = None
        self._closed = False
        call_between_frames(self._move_thread)

    def request(self, placement: Placement) -> None:
        """Ask for another placement and return at once; the latest request counts."""
        with self._lock:
            self._wanted = placement
            if self._maker is None:  # a thread only while there is something to do
                self._maker = threading.Thread(
                    target=self._make_wanted, name='placement', daemon=True
                )
                self._maker.start()

    def close(self) -> None:
        """Make no further pipelines."""
        with self._lock:
            self._closed = True
            maker = self._maker
        if maker is not None:
            maker.join(_JOIN_S)

    def _make_wanted(self) -> None:
        while (placement := self._next_wanted()) is not None:
            try:
                pipeline = self._make(placement)
            except Exception as error:  # whatever a driver raises, the present pipeline goes on
                self._report_failure(placement, error)
                continue
            installed = threading.Event()
            self._call_between_frames(partial(self._install, pipeline, installed))
            while not installed.wait(_JOIN_S) and not self._closed:
                pass
            self._close_retired()

    def _close_retired(self) -> None:
        """Close the former pipeline here, since it takes longer than the gap between frames."""
        retired, self._retired = self._retired, None
        if retired is None:
            return
        try:
            retired.close()
        except Exception as error:  # of a lost GPU; what is in force must still be changeable
            logging.getLogger(__name__).warning(
                'placement %s could not give all of its memory back: %s; start the node again if '
                'it is missed',
                retired.placement.name,
                error,
            )

    def _next_wanted(self) -> Placement | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            if wanted is None or self._closed:
                self._maker = None
                return None
            return wanted

    def _install(self, pipeline: Pipeline, installed: threading.Event) -> None:
        """Swap the pipelines, in the frames' thread."""
        previous = self._frames.pipeline
        try:
            self._frames.pipeline = pipeline
            self._move_thread()
        except Exception as error:
            self._frames.pipeline, self._retired = previous, pipeline
            self._report_failure(pipeline.placement, error)
        else:
            self._retired = previous
            self._report_change(pipeline.placement)
        finally:
            installed.set()

    def _move_thread(self) -> None:
        cores = self._frames.pipeline.placement.processors[0].cores
        set_thread_cores(threading.get_native_id(), cores)


def open_platform(bundle: Bundle, settings: PerceptionSettings) -> Platform:
    """Return what runs the network of a node: this machine, or a simulated board.

    Args:
        bundle: the network.
        settings: of the node; only the fixed ones count.

    Raises:
        SimulationError: if there is no simulated board where one should be.
    """
    if not settings.simulated_board:
        rows, columns = settings.regions
        return ThisMachine(
            bundle, settings.engine, threads=settings.threads, largest_batch=rows * columns
        )
    # Only here: the others need no simulation.
    from dyn_perception.simulation.simulated_platform import SimulatedPlatform
    from dyn_perception.simulation.simulated_processors import SimulatedProcessors

    board = SimulatedProcessors(Path(settings.simulated_board), wait_s=_BOARD_WAIT_S)
    return SimulatedPlatform(bundle, settings.engine, board, threads=settings.threads)


class PlacementControl:
    """Puts the network where the parameter `placement` says, and back where that fails."""

    def __init__(
        self,
        platform: Platform,
        make: Callable[[Placement], Pipeline],
        frames: PipelineUser,
        call_between_frames: Callable[[Callable[[], None]], None],
        record: Callable[[Mapping[str, str]], None],
        call_in_executor: Callable[..., object],
        logger: RcutilsLogger,
    ) -> None:
        """Take over the pipeline in force.

        Args:
            platform: where the network can be put.
            make: returns a pipeline for a placement that is ready for its first frame, or raises.
            frames: has the pipeline in force.
            call_between_frames: calls a function in the frames' thread while that works on none.
            record: sets parameters of the node unasked; only in the executor's thread.
            call_in_executor: calls a function with arguments in that thread, later.
            logger: of the node.
        """
        self._platform = platform
        self._frames = frames
        self._record = record
        self._call_in_executor = call_in_executor
        self._logger = logger
        self._wanted = frames.pipeline.placement.name
        self._changes = PlacementChanges(
            frames, call_between_frames, make, self._placed, self._not_placed
        )

    def check(self, name: str) -> None:
        """Refuse a placement that is not offered.

        Raises:
            ParameterError: with the reason and what is offered.
        """
        try:
            self._platform.place(name)
        except PlacementError as error:
            raise ParameterError(str(error)) from error

    def change(self, name: str) -> None:
        """Go over to a placement that was checked, without losing a frame."""
        self._wanted = name
        try:
            self._changes.request(self._platform.place(name))
        except PlacementError as error:  # a core went away since it was checked
            self._give_up(name, error)

    def note_failed_frame(self, error: Exception) -> None:
        """Leave a GPU that fails, in the frames' thread: the frames go on on the CPU."""
        placement = self._frames.pipeline.placement
        if any(processor.is_gpu for processor in placement.processors):
            self._call_in_executor(self._leave, placement.name, error)

    def leave_lost_cores(self) -> None:
        """Say so where no core of a processor is left: the kernel runs its threads anywhere."""
        placement = self._frames.pipeline.placement
        usable = usable_cores()
        for processor in placement.processors:
            if processor.cores is not None and usable.isdisjoint(processor.cores):
                reason = f'no core of {processor.name} is online and allowed any more'
                self._leave(placement.name, reason)

    def close(self) -> None:
        """End a change that is under way."""
        self._changes.close()

    def _placed(self, placement: Placement) -> None:
        self._logger.info(f'the network runs on {placement.name}')

    def _not_placed(self, placement: Placement, error: Exception) -> None:
        # In the executor's thread, as every other set.
        self._call_in_executor(self._give_up, placement.name, error)

    def _leave(self, name: str, reason: object) -> None:
        """Go over to the CPU, once, however often a placement fails meanwhile."""
        if self._wanted == name:
            self._logger.error(
                f'placement {name!r} failed while it ran, the network goes on on {ANY_CPU}: '
                f'{reason}; set placement again to try it once more'
            )
            self._go_back(name, ANY_CPU, reason)
            self.change(ANY_CPU)

    def _give_up(self, name: str, error: Exception) -> None:
        """Say why a placement failed and put the parameter back to the one in force."""
        self._logger.error(f'placement {name!r} failed, the one before stays: {error}')
        if self._wanted == name:
            self._wanted = self._frames.pipeline.placement.name
            self._go_back(name, self._wanted, error)

    def _go_back(self, failed: str, name: str, reason: object) -> None:
        """Set the parameter unasked; the failure in the same event tells it from others' sets."""
        failure = f'{failed}: {" ".join(str(reason).split())}'
        self._record({'placement': name, 'placement_failure': failure})
