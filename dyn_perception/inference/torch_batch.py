# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Tensors that stay where they are, for batches of one size on a GPU, and the groups on them.

A CUDA graph reads and writes the addresses that it was captured with. So images are copied into
the same tensor each time, and logits come out of the same one.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from dyn_perception.inference.torch_cuda import Device
from dyn_perception.network.model import GroupNetwork


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
