# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine on an NVIDIA GPU with PyTorch and CUDA graphs. Written to PyTorch's documentation.

A CUDA graph reads and writes the addresses that it was captured with. So images are copied into
the same tensor each time, and logits come out of the same one, for batches of one size.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.placement import ANY_CPU, Placement
from dyn_perception.inference.torch_cuda import CUDA_ERRORS, CudaDevice, Device
from dyn_perception.network.bundle import Bundle
from dyn_perception.network.model import GroupNetwork, load_network


class StaticBatch:
    """Images of one batch size, and the logits of the group that was run last."""

    def __init__(
        self,
        device: Device,
        network: GroupNetwork,
        image_shape: tuple[int, int, int],
        size: int,
        *,
        captured: bool,
    ) -> None:
        """Reserve the memory, and capture every group if wanted.

        Raises:
            RuntimeError: if memory is short, or a group cannot be captured.
        """
        self._device = device
        with device.use():
            self._images_on_host = device.host_tensor(size, *image_shape)
            self._images = torch.zeros((size, *image_shape), device=device.torch_device)
            self._logits = torch.zeros((size, network.classes), device=device.torch_device)
            self._logits_on_host = device.host_tensor(size, network.classes)
            groups = range(1, network.groups + 1)
            self._runs: list[Callable[[], None]] = [
                partial(self._compute, network, group) for group in groups
            ]
            if captured:
                self._runs = [device.capture(run) for run in self._runs]

    def load(self, batch: NDArray[np.float32]) -> None:
        """Begin to copy images to the device; the array may change from now on."""
        np.copyto(self._images_on_host.numpy(), batch)
        with self._device.use():
            self._images.copy_(self._images_on_host, non_blocking=True)

    def run(self, group: int) -> NDArray[np.float32]:
        """Return the logits of a group, 1...groups, in an array that the next run overwrites."""
        with self._device.use():
            self._runs[group - 1]()
            self._logits_on_host.copy_(self._logits, non_blocking=True)
            self._device.wait()
        logits: NDArray[np.float32] = self._logits_on_host.numpy()
        return logits

    def _compute(self, network: GroupNetwork, group: int) -> None:
        self._logits.copy_(network.forward_group(group, self._images))


class StaticBatches:
    """Static batches by size; the one that was not used for longest makes room for a new size."""

    def __init__(self, make: Callable[[int], StaticBatch], most: int = 4) -> None:
        """Take what makes one for a size, and how many sizes are kept."""
        self._make = make
        self._most = most
        self._kept: OrderedDict[int, StaticBatch] = OrderedDict()

    def get(self, size: int) -> StaticBatch:
        """Return the one for a size; raises whatever making it raises."""
        if size not in self._kept:
            while len(self._kept) >= self._most:
                self._kept.popitem(last=False)
            self._kept[size] = self._make(size)
        self._kept.move_to_end(size)
        return self._kept[size]

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()


class TorchGpuEngine(Engine):
    """Runs each group as one CUDA graph, which starts all of its kernels at once.

    Graphs are captured when a batch size is new, so in the warm-up. Where they cannot be, the
    groups run without.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        threads: int = 1,
        placement: Placement,
        device: Device | None = None,
    ) -> None:
        """Load the network.

        Args:
            bundle: the trained network.
            threads: of PyTorch on the CPU, which has little to do.
            placement: the GPU.
            device: the same; None: the CUDA device of the placement.

        Raises:
            BundleError: if the weights were changed or do not fit the manifest.
            PlacementError: if PyTorch cannot use the GPU.
            EngineError: if the network does not fit into its memory.
        """
        super().__init__(bundle.manifest, threads, placement)
        torch.set_num_threads(threads)
        processor = placement.processors[0]
        self._device = device or CudaDevice(processor.device, processor.name)
        self._network: GroupNetwork | None = load_network(bundle)
        try:
            self._network.to(self._device.torch_device)
        except CUDA_ERRORS as error:
            raise self._error('the network cannot be loaded', error) from error
        self._captures = True
        self._batches = StaticBatches(self._prepare)
        self._batch: StaticBatch | None = None
        self._gpu_s = 0.0

    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""
        self._network = self._batch = None
        self._batches.clear()
        self._device.release()

    def busy_times(self, own_s: float) -> dict[str, float]:
        """Return the time of the GPU, and that of the thread that fed it."""
        return {ANY_CPU: own_s, self.placement.processors[0].name: self._gpu_s}

    def _begin(self, batch: NDArray[np.float32]) -> None:
        if self._network is None:
            raise EngineError('the engine is closed: create another one to run the network')
        try:
            self._batch = self._batches.get(len(batch))
            start = time.perf_counter()
            self._batch.load(batch)
        except CUDA_ERRORS as error:
            raise self._error(f'a batch of {len(batch)} cannot be loaded', error) from error
        self._gpu_s = time.perf_counter() - start

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self._batch is not None
        start = time.perf_counter()
        try:
            logits = self._batch.run(group)
        except CUDA_ERRORS as error:
            what = f'group {group} failed on a batch of {len(batch)}'
            raise self._error(what, error) from error
        self._gpu_s += time.perf_counter() - start
        return logits

    def _prepare(self, size: int) -> StaticBatch:
        assert self._network is not None
        if self._captures:
            try:
                return self._static_batch(size, captured=True)
            except CUDA_ERRORS as error:
                self._captures = False
                logging.getLogger(__name__).warning(
                    'no CUDA graphs of a batch of %d on %s (%s): the groups run without, slower',
                    size,
                    self.placement.name,
                    _first_line(error),
                )
            self._batches.clear()
            self._device.release()
        return self._static_batch(size, captured=False)

    def _static_batch(self, size: int, *, captured: bool) -> StaticBatch:
        assert self._network is not None
        return StaticBatch(self._device, self._network, self.image_shape, size, captured=captured)

    def _error(self, what: str, error: Exception) -> EngineError:
        return EngineError(
            f'{what} on {self.placement.name}: {_first_line(error)}; use fewer regions or a '
            'smaller network if memory is short'
        )


def _first_line(error: Exception) -> str:
    """Return what CUDA says, without the advice on debugging that PyTorch adds to it."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
