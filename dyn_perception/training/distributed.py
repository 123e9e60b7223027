# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Training over several processes, started by `torchrun`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch.distributed as distributed
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from dyn_perception.training.augmentation import Portion


@contextmanager
def process_group() -> Iterator[Portion]:
    """Join the processes that `torchrun` started; alone without it.

    Yields:
        Which of them this one is.
    """
    if 'WORLD_SIZE' not in os.environ or 'RANK' not in os.environ:
        yield Portion()
        return
    distributed.init_process_group('gloo')
    try:
        yield Portion(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def share_gradients(branch: nn.Module, portion: Portion) -> nn.Module:
    """Wrap a branch so that its gradients are averaged over all processes."""
    return branch if portion.count == 1 else DistributedDataParallel(branch)


def wait_for_all(portion: Portion) -> None:
    """Wait until every process is here."""
    if portion.count > 1:
        distributed.barrier()
