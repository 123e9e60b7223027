# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Changing where the network runs while frames go on."""

import logging
import threading
from collections.abc import Callable
from functools import partial

from dyn_perception.inference.affinity import set_thread_cores
from dyn_perception.inference.pipeline import Pipeline
from dyn_perception.inference.placement import Placement
from dyn_perception.nodes.frame_worker import FrameWorker

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
