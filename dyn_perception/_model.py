# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A model that a Python program loads and calls: the pipeline of the nodes without the nodes."""

import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dyn_perception._result import Classification, classification
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.images.array import image_from_array
from dyn_perception.images.decoding import ImageError
from dyn_perception.inference.affinity import set_thread_cores
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.pipeline import FrameLimits, Pipeline, PipelineFactory
from dyn_perception.inference.this_machine import ThisMachine
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import Manifest
from dyn_perception.processors.names import CORES_OF, loaded_processor
from dyn_perception.profiling.measuring import measure_frames
from dyn_perception.share import ShareError, model_path

Returned = TypeVar('Returned')


def load_model(
    name_or_path: str | os.PathLike[str] = 'resnet',
    *,
    engine: str = 'onnx',
    placement: str = 'cpu',
    threads: int = 1,
    regions: tuple[int, int] = (1, 1),
) -> 'Model':
    """Load a trained network, ready for its first image.

    OpenCV gets as many threads as the model, in the whole process.

    Args:
        name_or_path: name of a shipped model, 'resnet' or 'alexnet', or folder of a bundle, as
            `dyn-perception train` writes it.
        engine: 'onnx', 'tensorrt' (differs from it on GPUs only) or 'torch'.
        placement: where it runs: 'cpu' (any core), 'cpu:0', 'cpu:0-3', 'cpu:<cluster>', 'gpu',
            'cuda:1', or several joined by '+' that share the work of an image.
        threads: threads of one step of the network.
        regions: rows and columns of the grid that an image is cut into; each region is classified.

    Raises:
        BundleError: if the model is neither shipped nor a folder, or its files are damaged.
        PlacementError: if this machine does not offer the placement; the text lists what it does.
        EngineError: if the engine is unknown, its library is missing, or it cannot run the model.
        ImageError: if the grid has no region.
    """
    try:
        path = model_path(os.fspath(name_or_path))
    except ShareError as error:
        raise BundleError(str(error)) from error
    bundle = load_bundle(path)
    rows, columns = _grid(regions)
    if type(threads) is not int:
        raise EngineError(f'threads {threads!r} is no integer: give 1 or more')
    machine = ThisMachine(bundle, engine, threads=threads, largest_batch=rows * columns)
    factory = PipelineFactory(bundle, machine.create, (rows, columns))
    pipeline = factory.make(machine.place(placement))
    try:
        return Model(bundle.manifest, pipeline, machine.clusters)
    except BaseException:
        pipeline.close()
        raise


class Model:
    """A loaded network, called with images one at a time; `load_model` makes it.

    Each call may have another width, at no cost: one copy of the weights serves them all. Not safe
    for several threads at once. Close it, or use it in a `with` block, to give its memory back.

    Attributes:
        name: of the network.
        labels: name of each class; a class id is an index in it.
        widths: what a call may give as `width`, ascending: the wider, the better and the slower.
        placement: name of where it runs.
    """

    def __init__(
        self, manifest: Manifest, pipeline: Pipeline, clusters: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Take a pipeline, which is closed with the model; users call `load_model`.

        Args:
            manifest: of the network.
            pipeline: that runs it.
            clusters: cores of each CPU cluster of the machine by its name.

        Raises:
            PlacementError: if the cores of its placement have gone.
        """
        self.name = manifest.name
        self.labels: tuple[str, ...] = manifest.labels
        self.widths = tuple(figures.width for figures in manifest.widths)
        self.placement = pipeline.placement.name
        self._manifest = manifest
        self._pipeline = pipeline
        clusters_on_board = {f'{CORES_OF}{name}': numbers for name, numbers in clusters.items()}
        self._names_on_board = {
            processor.name: loaded_processor(processor.name, clusters_on_board)
            for processor in pipeline.placement.processors
        }
        self._is_closed = False
        # With cores of its own, the network is run by a thread that stays on them: the caller's
        # goes where the caller wants it.
        self._thread: ThreadPoolExecutor | None = None
        if not pipeline.placement.runs_in_any_thread:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix='model')
            cores = pipeline.placement.processors[0].cores
            self._in_thread(lambda: set_thread_cores(threading.get_native_id(), cores))

    def __call__(
        self,
        image: NDArray[np.uint8],
        *,
        width: int | None = None,
        deadline_ms: float | None = None,
        confidence: float = 0.0,
    ) -> Classification:
        """Classify an image.

        Args:
            image: BGR, uint8 [height, width, 3], of any size, as `cv2.imread` returns it.
            width: most to run, one of `widths`; None: the widest.
            deadline_ms: time from this call to the answer (ms). The network stops where its next
                step would end later, judged by how long steps take now; the first one always
                runs, also where no time is left (0 or less). None: no deadline.
            confidence: score, 0...1, from which on the answer (of every region) is sure, and
                nothing more is run; 0: never.

        Raises:
            ImageError: if the image is of another type or shape, or has fewer pixels than regions.
            EngineError: if the model is closed, a limit is out of range, or the network fails.
        """
        start_s = time.monotonic()
        self._check_open()
        limits = self._limits(start_s, width, deadline_ms, confidence)
        raw = image_from_array(image)
        result = self._in_thread(lambda: self._pipeline.run(raw, limits))
        busy_s = self._busy_on_board(result.busy_s)
        return classification(result, self.labels, start_s, time.monotonic(), busy_s)

    def expected_accuracy(self, width: int) -> float:
        """Return the stated top-1 accuracy of a width, 0...1 (NaN: not measured).

        Raises:
            EngineError: if the model has no such width.
        """
        self._check_width(width)
        return self._manifest.expected_accuracy(width)

    def measure_operating_points(
        self, image: NDArray[np.uint8], *, seconds: float = 0.2
    ) -> OperatingPointTable:
        """Measure how long each width takes now, and return the table that a policy chooses from.

        `dyn-perception profile` also measures clocks and power. The points of models on several
        placements may be put into one table.

        Args:
            image: of the size that the camera's have.
            seconds: for each width; at least 20 images are classified (s).

        Raises:
            ImageError: as a call does.
            EngineError: if the model is closed, the time is none or the network fails.
        """
        self._check_open()
        if not 0 <= seconds < math.inf:
            raise EngineError(
                f'seconds {seconds} is no time to measure each width for: give 0 or more'
            )
        raw = image_from_array(image)
        points = []
        for width in self.widths:
            measured = self._in_thread(
                lambda width=width: measure_frames(  # type: ignore[misc]
                    self._pipeline, raw, width, seconds, lambda: math.nan
                )
            )
            points.append(
                OperatingPoint(
                    width,
                    self.placement,
                    (),
                    measured.mean_ms / 1000,
                    measured.deviation_ms / 1000,
                    accuracy=self._manifest.expected_accuracy(width),
                )
            )
        return OperatingPointTable(points)

    def close(self) -> None:
        """Give the memory back; the model cannot be called any more."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._thread is not None:
            self._thread.shutdown()
        self._pipeline.close()

    def __enter__(self) -> 'Model':
        """Return the model, which is closed at the end of the block."""
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the model."""
        self.close()

    def __repr__(self) -> str:
        state = ', closed' if self._is_closed else ''
        return (
            f'<Model {self.name!r}: {len(self.labels)} classes, widths '
            f'{self.widths[0]}...{self.widths[-1]}, on {self.placement}{state}>'
        )

    def _in_thread(self, work: Callable[[], Returned]) -> Returned:
        return work() if self._thread is None else self._thread.submit(work).result()

    def _busy_on_board(self, busy_s: Mapping[str, float]) -> dict[str, float]:
        total_s: dict[str, float] = {}
        for name, seconds in busy_s.items():
            processor = self._names_on_board.get(name, name)
            total_s[processor] = total_s.get(processor, 0.0) + seconds
        return total_s

    def _limits(
        self, start_s: float, width: int | None, deadline_ms: float | None, confidence: float
    ) -> FrameLimits:
        if width is None:
            width = self.widths[-1]
        self._check_width(width)
        if deadline_ms is not None and not _is_number(deadline_ms):
            raise EngineError(
                f'deadline_ms {deadline_ms!r} is no time from the call to the answer: give '
                'milliseconds, or leave it out for no deadline'
            )
        if not (_is_number(confidence) and 0 <= confidence <= 1):
            raise EngineError(
                f'confidence {confidence!r} is out of range 0...1: a score from which on the '
                'answer is sure; 0 for never'
            )
        deadline_s = math.inf if deadline_ms is None else start_s + deadline_ms / 1000
        return FrameLimits(width, deadline_s, confidence)

    def _check_width(self, width: int) -> None:
        is_integer = isinstance(width, (int, np.integer)) and not isinstance(width, bool)
        if not is_integer or width not in self.widths:
            raise EngineError(
                f'width {width!r} is not one of {", ".join(map(str, self.widths))}: '
                f'{self.name} has no other'
            )

    def _check_open(self) -> None:
        if self._is_closed:
            raise EngineError(f'model {self.name!r} is closed: load it again')


def _grid(regions: tuple[int, int]) -> tuple[int, int]:
    values = tuple(regions) if isinstance(regions, (tuple, list)) else ()
    if len(values) != 2 or any(type(value) is not int for value in values):
        raise ImageError(
            f'regions {regions!r} are no grid: give rows and columns, for example (6, 8)'
        )
    return values[0], values[1]


def _is_number(value: object) -> bool:
    """Whether a value is a number, of Python or NumPy, and not NaN; infinite is one, too."""
    is_one = isinstance(value, (int, float, np.integer, np.floating))
    return is_one and not isinstance(value, bool) and not math.isnan(value)  # type: ignore[arg-type]
