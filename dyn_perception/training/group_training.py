# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Training of one group, epoch by epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.network.manifest import InputSpecification
from dyn_perception.network.model import GroupNetwork
from dyn_perception.training.augmentation import AugmentedBatches, Portion, normalise
from dyn_perception.training.distributed import share_gradients
from dyn_perception.training.losses import group_loss
from dyn_perception.training.recipe import Recipe

_WARM_UP = 0.2
_LOWEST = 1e-3


def rate_at(progress: float) -> float:
    """Return the learning rate at a share 0...1 of the steps, relative to its highest value."""
    rising = progress / _WARM_UP
    falling = (1 - progress) / (1 - _WARM_UP)
    return max(min(rising, falling), _LOWEST)


@dataclass(frozen=True)
class EpochResult:
    """Mean training loss of an epoch, and its last learning rate."""

    loss: float
    learning_rate: float


class GroupTraining:
    """Fits one branch; the branches before it stay exactly as they are."""

    def __init__(
        self,
        network: GroupNetwork,
        group: int,
        batches: AugmentedBatches,
        recipe: Recipe,
        portion: Portion,
    ) -> None:
        self.group = group
        self._network = network
        self._batches = batches
        self._recipe = recipe
        self._branch = network.branches[group - 1]
        self._shared = share_gradients(self._branch, portion)
        weights = dict(self._branch.named_parameters())
        self._parameters = weights
        self._optimiser = torch.optim.SGD(
            [
                {
                    'params': [value for value in weights.values() if value.ndim > 1],
                    'weight_decay': recipe.weight_decay,
                },
                {
                    'params': [value for value in weights.values() if value.ndim <= 1],
                    'weight_decay': 0.0,
                },
            ],
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            nesterov=recipe.momentum > 0,
        )

    def momentum(self) -> dict[str, Tensor]:
        """Return the optimiser's momentum by parameter, for a checkpoint."""
        return {
            name: self._optimiser.state[value]['momentum_buffer']
            for name, value in self._parameters.items()
            if 'momentum_buffer' in self._optimiser.state[value]
        }

    def restore_momentum(self, momentum: dict[str, Tensor]) -> None:
        """Go on with the momentum of a checkpoint."""
        for name, value in momentum.items():
            self._optimiser.state[self._parameters[name]]['momentum_buffer'] = value.clone()

    def run_epoch(self, epoch: int, on_step: Callable[[], None]) -> EpochResult:
        """Train one epoch, 0...epochs - 1; `on_step` is called after each batch."""
        recipe = self._recipe
        self._branch.train()
        steps = len(self._batches)
        total, rate = 0.0, 0.0
        for step, (images, class_ids) in enumerate(
            self._batches.epoch(epoch_seed(recipe.seed, self.group, epoch))
        ):
            rate = recipe.learning_rate * rate_at((epoch * steps + step) / (recipe.epochs * steps))
            for parameters in self._optimiser.param_groups:
                parameters['lr'] = rate
            loss = group_loss(recipe, self._logits(images), self._frozen_logits(images), class_ids)
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimiser.step()
            total += float(loss.detach())
            on_step()
        self._branch.eval()
        return EpochResult(total / steps, rate)

    def _logits(self, images: Tensor) -> Tensor:
        with torch.autocast('cpu', torch.bfloat16, enabled=self._recipe.reduced_precision):
            logits: Tensor = self._shared(images)
        return logits.float()

    def _frozen_logits(self, images: Tensor) -> Tensor | None:
        if self.group == 1 or not self._recipe.needs_frozen_sum:
            return None
        with (
            torch.inference_mode(),
            torch.autocast('cpu', torch.bfloat16, enabled=self._recipe.reduced_precision),
        ):
            logits: Tensor = self._network(images, self.group - 1)
        return logits.float().clone()


def epoch_seed(seed: int, group: int, epoch: int) -> int:
    """Return the seed of one epoch's order and augmentation, the same after a resumption."""
    return int(np.random.SeedSequence([seed, group, epoch]).generate_state(1)[0])


def initialise_group(branch: nn.Module, seed: int, group: int) -> None:
    """Draw a branch's initial weights again, from a seed of its own.

    With it, group g does not depend on how many groups there are.
    """
    with torch.random.fork_rng():
        torch.manual_seed(epoch_seed(seed, group, 2**20))
        for module in branch.modules():
            reset = getattr(module, 'reset_parameters', None)
            if reset is not None:
                reset()


def group_logits(
    network: GroupNetwork, group: int, images: LabelledImages, specification: InputSpecification
) -> NDArray[np.float32]:
    """Return the float32 logits [N, C] of one group for whole images, without augmentation."""
    branch = network.branches[group - 1].eval()
    pixels = torch.from_numpy(images.images)
    with torch.inference_mode():
        parts = [branch(normalise(part, specification)) for part in torch.split(pixels, 500)]
    logits: NDArray[np.float32] = torch.cat(parts).numpy()
    return logits
