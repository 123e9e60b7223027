# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every engine does: run the groups of one loaded network."""

import math
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.placement import ANYWHERE, Placement
from dyn_perception.inference.stopping import StopReason, StopRule
from dyn_perception.network.manifest import Manifest

__all__ = ['Engine', 'EngineError', 'EngineResult']


@dataclass(frozen=True)
class EngineResult:
    """The answer of groups 1...groups_run to one batch.

    Attributes:
        logits: their sum, float32 [N, classes].
        groups_run: how many groups were run.
        group_seconds: wall-clock time of each (s).
        stop_reason: why no further group was run.
    """

    logits: NDArray[np.float32]
    groups_run: int
    group_seconds: tuple[float, ...]
    stop_reason: StopReason = StopReason.WIDTH


class Engine(ABC):
    """One loaded network that serves every width with one copy of its weights.

    logits(width k) = sum of the logits of groups 1...k, added in that order, so a change of
    width moves no memory. Not safe for use by several threads at once.

    Attributes:
        groups: of the network, the highest width.
        classes: number of logits.
        image_shape: of one image, [3, height, width].
        threads: threads that one group is computed with.
        placement: the processors that compute.
        busy_s: how long each processor worked on the last batch (s), where the engine knows
            better than the clock of the calling thread.
        host_excess_s: on a simulated board, time by which this machine was slower than the
            modelled one for the last batch (s); NaN on a real board.
    """

    busy_s: dict[str, float] | None = None
    host_excess_s = math.nan

    def __init__(self, manifest: Manifest, threads: int, placement: Placement = ANYWHERE) -> None:
        """Take the network's sizes.

        Raises:
            EngineError: if `threads` is below 1.
        """
        if threads < 1:
            raise EngineError(f'{threads} threads cannot compute: give at least 1')
        self.groups = manifest.groups
        self.classes = len(manifest.labels)
        self.threads = threads
        self.placement = placement
        self.image_shape = (3, manifest.input.height, manifest.input.width)

    def run_group(
        self, group: int, batch: NDArray[np.float32], *, is_first: bool = True
    ) -> NDArray[np.float32]:
        """Return the logits of one group, float32 [N, classes].

        Args:
            group: 1...groups.
            batch: normalised RGB, float32 [N, 3, H, W].
            is_first: whether it is the first group that this engine runs of the batch; otherwise
                the last call had the same array, which need not be copied to a GPU again.

        Raises:
            EngineError: if the group or the batch does not fit the network, or running it fails.
        """
        self._check_number('group', group)
        batch = self._checked(batch)
        if is_first:
            self._begin(batch)
        logits: NDArray[np.float32] = self._forward(group, batch).copy()
        return logits

    def run(
        self, batch: NDArray[np.float32], width: int, stop: StopRule | None = None
    ) -> EngineResult:
        """Run groups 1...width, or fewer if a rule says so, and add up their logits.

        Args:
            batch: normalised RGB, float32 [N, 3, H, W].
            width: 1...groups.
            stop: asked after each group but the last whether to stop; None: never.

        Raises:
            EngineError: if the width or the batch does not fit the network, or running it fails.
        """
        self._check_number('width', width)
        batch = self._checked(batch)
        self._begin(batch)
        logits = np.empty((len(batch), self.classes), np.float32)
        seconds = []
        start = time.perf_counter()
        for group in range(1, width + 1):
            if group == 1:
                np.copyto(logits, self._forward(group, batch))
            else:
                np.add(logits, self._forward(group, batch), out=logits)
            end = time.perf_counter()
            seconds.append(end - start)
            start = end
            reason = None if stop is None or group == width else stop(group, logits)
            if reason is not None:
                return EngineResult(logits, group, tuple(seconds), reason)
        return EngineResult(logits, width, tuple(seconds))

    def warm_up(self, batch_size: int) -> EngineResult:
        """Run every group on batches of this size, so that no later frame is the first one.

        Returns:
            The last of these results, whose times are those of a warm engine.

        Raises:
            EngineError: if running a group fails.
        """
        batch = np.zeros((batch_size, *self.image_shape), np.float32)
        # The first run of a size records its memory pattern, the second allocates by it.
        self.run(batch, self.groups)
        return self.run(batch, self.groups)

    def busy_times(self, own_s: float) -> dict[str, float]:
        """Return how long each processor worked on the last frame, by name (s).

        Args:
            own_s: processor time of the calling thread, preparing the frame included (s).
        """
        return {self.placement.processors[0].name: own_s} if self.busy_s is None else self.busy_s

    @abstractmethod
    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""

    def __enter__(self) -> 'Engine':
        """Return the engine, which is closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the engine."""
        self.close()

    def _begin(self, batch: NDArray[np.float32]) -> None:  # noqa: B027 - most need nothing
        """Make a batch ready for the groups that read it, for example on a GPU."""

    @abstractmethod
    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logits of one group; they may be overwritten by its next run."""

    def _check_number(self, name: str, number: int) -> None:
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
            raise EngineError(f'{name} {number!r} is no integer: give 1...{self.groups}')
        if not 1 <= number <= self.groups:
            raise EngineError(
                f'{name} {number} is out of range 1...{self.groups}: '
                f'the model has {self.groups} groups'
            )

    def _checked(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        fits = batch.ndim == 4 and batch.shape[1:] == self.image_shape and len(batch) > 0
        if not fits or batch.dtype != np.float32:
            raise EngineError(
                f'batch of shape {batch.shape} and type {batch.dtype} does not fit the network: '
                f'give float32 [N, {", ".join(map(str, self.image_shape))}] with N of at least 1'
            )
        return batch if batch.flags.c_contiguous else np.ascontiguousarray(batch)
