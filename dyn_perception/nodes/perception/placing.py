# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the network of the perception node runs, and changing that while frames go on."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dyn_perception.inference.affinity import set_thread_cores
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.pipeline import Pipeline, PipelineFactory
from dyn_perception.inference.placement import ANY_CPU, Placement
from dyn_perception.inference.platform import Platform
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import Bundle
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.common.timers import create_steady_timer
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.perception.worker import FrameWorker
from dyn_perception.processors.cores import usable_cores

_JOIN_S = 5.0


class PlacementChanges:
    """Makes the next pipeline beside the running one and puts it in place between two frames.

    `pipeline` is the one in force; only the frames' thread uses it.
    """

    def __init__(
        self,
        first: Pipeline,
        make: Callable[[Placement], Pipeline],
        report_change: Callable[[Placement], None],
        report_failure: Callable[[Placement, Exception], None],
    ) -> None:
        """Start with a pipeline.

        Args:
            first: the pipeline in force.
            make: returns a pipeline that is ready for its first frame, or raises.
            report_change: called, in any thread, when another placement is in force.
            report_failure: called, in any thread, when it cannot be; the one before stays.
        """
        self.pipeline = first
        self._make = make
        self._report_change = report_change
        self._report_failure = report_failure
        self._worker: FrameWorker | None = None
        self._lock = threading.Lock()
        self._wanted: Placement | None = None
        self._maker: threading.Thread | None = None
        self._retired: Pipeline | None = None
        self._closed = False

    def attach(self, worker: FrameWorker) -> None:
        """Name the thread that uses the pipeline, which moves to the pipeline's cores."""
        self._worker = worker
        worker.call_between_frames(self._move_thread)

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
            self._worker.call_between_frames(partial(self._install, pipeline, installed))
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
        previous = self.pipeline
        try:
            self.pipeline = pipeline
            self._move_thread()
        except Exception as error:
            self.pipeline, self._retired = previous, pipeline
            self._report_failure(pipeline.placement, error)
        else:
            self._retired = previous
            self._report_change(pipeline.placement)
        finally:
            installed.set()

    def _move_thread(self) -> None:
        cores = self.pipeline.placement.processors[0].cores
        set_thread_cores(threading.get_native_id(), cores)


_BOARD_WAIT_S = 10.0  # nodes start in any order
_LOOK_S = 1.0


class PerceptionPlacing:
    """Puts the network where the parameter `placement` says, at the start and on each change."""

    def __init__(self, node: ParameterNode[PerceptionSettings], bundle: Bundle) -> None:
        """Load the network.

        Raises:
            EngineError: if the placement is not offered or the network cannot be loaded there.
            SimulationError: if there is no simulated board where one should be.
        """
        self._node = node
        settings = node.settings
        self._platform = self._find_platform(bundle)
        factory = PipelineFactory(bundle, self._platform.create, settings.regions)
        first = factory.make(self._platform.place(settings.placement))
        self._changes = PlacementChanges(first, factory.make, self._placed, self._not_placed)
        create_steady_timer(node, _LOOK_S, self._leave_lost_cores)

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline in force, for the frames' thread."""
        return self._changes.pipeline

    def attach(self, worker: FrameWorker) -> None:
        """Name the frames' thread."""
        self._changes.attach(worker)

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
        try:
            self._changes.request(self._platform.place(name))
        except PlacementError as error:  # a core went away since it was checked
            self._give_up(name, error)

    def note_failed_frame(self, error: Exception) -> None:
        """Leave a GPU that fails, in the frames' thread: the frames go on on the CPU."""
        placement = self.pipeline.placement
        if any(processor.is_gpu for processor in placement.processors):
            self._node.executor.create_task(self._leave, placement.name, error)

    def close(self) -> None:
        """End a change that is under way."""
        self._changes.close()

    def _find_platform(self, bundle: Bundle) -> Platform:
        settings = self._node.settings
        engine, threads = settings.engine, settings.threads
        if not settings.simulated_board:
            rows, columns = settings.regions
            return ThisMachine(bundle, engine, threads=threads, largest_batch=rows * columns)
        from dyn_perception.simulation.simulated_platform import SimulatedPlatform
        from dyn_perception.simulation.simulated_processors import SimulatedProcessors

        board = SimulatedProcessors(Path(settings.simulated_board), wait_s=_BOARD_WAIT_S)
        return SimulatedPlatform(bundle, engine, board, threads=threads)

    def _placed(self, placement: Placement) -> None:
        self._node.get_logger().info(f'the network runs on {placement.name}')

    def _not_placed(self, placement: Placement, error: Exception) -> None:
        # In the executor's thread, as every other set.
        self._node.executor.create_task(self._give_up, placement.name, error)

    def _leave_lost_cores(self) -> None:
        """Say so where no core of a processor is left: the kernel runs its threads anywhere."""
        placement = self.pipeline.placement
        usable = usable_cores()
        for processor in placement.processors:
            if processor.cores is not None and usable.isdisjoint(processor.cores):
                reason = f'no core of {processor.name} is online and allowed any more'
                self._leave(placement.name, reason)

    def _leave(self, name: str, reason: object) -> None:
        """Go over to the CPU, once, however often a placement fails meanwhile."""
        if self._node.settings.placement == name:
            self._node.get_logger().error(
                f'placement {name!r} failed while it ran, the network goes on on {ANY_CPU}: '
                f'{reason}; set placement again to try it once more'
            )
            self._go_back(name, ANY_CPU, reason)
            self.change(ANY_CPU)

    def _give_up(self, name: str, error: Exception) -> None:
        """Say why a placement failed and put the parameter back to the one in force."""
        self._node.get_logger().error(f'placement {name!r} failed, the one before stays: {error}')
        if self._node.settings.placement == name:
            self._go_back(name, self.pipeline.placement.name, error)

    def _go_back(self, failed: str, name: str, reason: object) -> None:
        """Set the parameter unasked; the failure in the same event tells it from others' sets."""
        failure = f'{failed}: {" ".join(str(reason).split())}'
        self._node.record({'placement': name, 'placement_failure': failure})
