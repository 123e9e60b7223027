# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The CPU in the place of a CUDA device, which counts what is captured and can fail."""

import contextlib
from collections.abc import Callable

import torch


class HostDevice:
    """Computes with the real network; a graph of it is the work itself.

    Attributes:
        captured: works that were captured.
        waits: how often the device was waited for.
        released: how often memory was given back.
        capture_error: raised by captures, if any.
        run_error: raised by waiting, if any, as errors of a GPU are.
    """

    torch_device = torch.device('cpu')

    def __init__(self) -> None:
        self.captured: list[Callable[[], None]] = []
        self.waits = self.released = 0
        self.capture_error: Exception | None = None
        self.run_error: Exception | None = None

    def use(self) -> contextlib.AbstractContextManager[None]:
        """Record no gradients, as on a GPU."""
        return torch.inference_mode()

    def host_tensor(self, *shape: int) -> torch.Tensor:
        """Return zeros."""
        return torch.zeros(shape)

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Do the work once and return it."""
        if self.capture_error is not None:
            raise self.capture_error
        work()
        self.captured.append(work)
        return work

    def wait(self) -> None:
        """Fail here if at all."""
        self.waits += 1
        if self.run_error is not None:
            raise self.run_error

    def release(self) -> None:
        """Count."""
        self.released += 1
