# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine on PyTorch on the CPU, for comparison and where it is the faster one."""

import numpy as np
import torch
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.placement import ANYWHERE, Placement
from dyn_perception.network.bundle import Bundle
from dyn_perception.network.model import GroupNetwork, load_network


class TorchEngine(Engine):
    """Runs the torch network of a bundle without gradients."""

    def __init__(
        self, bundle: Bundle, *, threads: int = 1, placement: Placement = ANYWHERE
    ) -> None:
        """Load the network.

        Args:
            bundle: the trained network.
            threads: threads within an operator; PyTorch has one such number for the process.
            placement: where they run; it is the caller who sees to that, see `on_cores`.

        Raises:
            BundleError: if the weights were changed or do not fit the manifest.
        """
        super().__init__(bundle.manifest, threads, placement)
        torch.set_num_threads(threads)
        # Convolutions on a CPU are 1.3 (one image) to 2 times (48 regions) as fast so.
        self._network: GroupNetwork | None = load_network(bundle)
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""
        self._network = None

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._network is None:
            raise EngineError('the engine is closed: create another one to run the network')
        try:
            with torch.inference_mode():
                images = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
                logits = self._network.forward_group(group, images)
        except RuntimeError as error:
            raise EngineError(
                f'group {group} failed on a batch of {len(batch)}: {error}; '
                'use fewer regions if memory is short, else export the bundle again'
            ) from error
        return np.asarray(logits.numpy(), np.float32)
