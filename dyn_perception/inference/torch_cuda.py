# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A CUDA device as PyTorch offers it: a stream, page-locked memory and graphs. Never run on one.

Written to https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs and
https://docs.pytorch.org/docs/stable/generated/torch.cuda.graph.html.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

import torch

from dyn_perception.inference.errors import PlacementError

CUDA_ERRORS = (RuntimeError, torch.cuda.DeferredCudaCallError)
"""Of CUDA in PyTorch. Out of memory and a lost device (OutOfMemoryError, AcceleratorError) are
RuntimeErrors; the other one comes from the first use of CUDA in a process."""

_WARM_UPS = 3  # as in PyTorch's documents: libraries choose algorithms and set themselves up
_ONE_CAPTURE = threading.Lock()  # PyTorch allows one at a time in a process


class Device(Protocol):
    """Where the groups are computed.

    Attributes:
        torch_device: PyTorch's name of it.
    """

    torch_device: torch.device

    def use(self) -> contextlib.AbstractContextManager[None]:
        """Let what this thread begins within the block be done on the device, in its order."""

    def host_tensor(self, *shape: int) -> torch.Tensor:
        """Return zeros, float32, in memory of the host that the device copies from and to."""

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Do some work on fixed tensors, and return what does the same again with less delay."""

    def wait(self) -> None:
        """Wait for all that was begun."""

    def release(self) -> None:
        """Give memory back that nothing uses any more."""


class CudaDevice:
    """One CUDA device with a stream of its own; for use by one thread at a time."""

    def __init__(self, index: int, placement: str) -> None:
        """Make the stream, and with it a CUDA context if there is none.

        Args:
            index: CUDA's.
            placement: name for errors.

        Raises:
            PlacementError: if PyTorch cannot use the device.
        """
        reason = _why_not(index)
        if reason:
            raise PlacementError(
                f'{placement} cannot run the network: PyTorch {torch.__version__} {reason}; '
                'install a CUDA build of PyTorch that fits the driver'
            )
        self.torch_device = torch.device('cuda', index)
        # Batch sizes do not change, so trying all algorithms once in the warm-up pays.
        torch.backends.cudnn.benchmark = True
        try:
            self._stream = torch.cuda.Stream(self.torch_device)  # type: ignore[no-untyped-call]
            # Waiting for it sleeps; other waits of CUDA keep a core busy.
            self._done = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
            # The groups never run at once and read nothing of each other, so that their graphs
            # can share memory in whatever order they are replayed
            # (https://github.com/pytorch/pytorch/pull/166975).
            self._pool = torch.cuda.graph_pool_handle()
        except CUDA_ERRORS as error:
            raise PlacementError(
                f'{placement} cannot run the network: {error}; see that nvidia-smi lists the GPU, '
                'with memory that is free'
            ) from error

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Use the stream, and with it the device, without recording gradients."""
        with torch.cuda.stream(self._stream), torch.inference_mode():
            yield

    def host_tensor(self, *shape: int) -> torch.Tensor:
        """Return zeros in page-locked memory, which copies need not stop the stream for."""
        return torch.zeros(shape, pin_memory=True)

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return the replay of a CUDA graph.

        Capturing concerns this thread only: engines of other threads go on meanwhile.

        Raises:
            RuntimeError: if CUDA cannot do or capture the work.
        """
        graph = torch.cuda.CUDAGraph()
        with self.use():  # not the default stream, as a capture demands
            for _ in range(_WARM_UPS):
                work()
            self.wait()
            with (
                _ONE_CAPTURE,
                torch.cuda.graph(
                    graph,
                    pool=self._pool,
                    stream=self._stream,
                    capture_error_mode='thread_local',
                ),
            ):
                work()
        replay: Callable[[], None] = graph.replay
        return replay

    def wait(self) -> None:
        """Wait for the stream."""
        self._done.record(self._stream)
        self._done.synchronize()

    def release(self) -> None:
        """Give PyTorch's unused memory of the device back, unless the device is lost."""
        try:
            with torch.cuda.device(self.torch_device):
                torch.cuda.empty_cache()
        except CUDA_ERRORS as error:
            logging.getLogger(__name__).warning(
                'memory of %s cannot be given back: %s', self.torch_device, error
            )


def _why_not(index: int) -> str:
    """Return why PyTorch cannot use a device, '' if it may be able to."""
    if not torch.cuda.is_available():
        return 'finds no CUDA device'
    count = torch.cuda.device_count()
    return '' if index < count else f'finds only {count} CUDA devices'
