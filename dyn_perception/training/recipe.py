# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that decides what a training run computes."""

import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dyn_perception.network.errors import NetworkError

EPOCHS = {'resnet': 20, 'alexnet': 10}
"""Epochs a group of the shipped networks."""

_LEAST_STEPS = 1000
_LARGEST_BATCH, _SMALLEST_BATCH = 256, 16
_RATE_OF_LARGEST_BATCH = 0.4


def default_batch_size(images: int) -> int:
    """Return a batch size for so many training images: a power of two, about 1 % of them."""
    wanted = 2 ** round(math.log2(max(images, 1) / 100)) if images > 100 else 1
    return min(max(int(wanted), _SMALLEST_BATCH), _LARGEST_BATCH)


def default_learning_rate(batch_size: int) -> float:
    """Return a learning rate in proportion to the batch size (Goyal et al. 2017)."""
    return _RATE_OF_LARGEST_BATCH * batch_size / _LARGEST_BATCH


def default_epochs(architecture: str, images: int, batch_size: int) -> int:
    """Return the epochs of the shipped networks, more where they would be under 1,000 steps."""
    steps = max(images // batch_size, 1)
    return max(EPOCHS.get(architecture, 20), math.ceil(_LEAST_STEPS / steps))


class Recipe(BaseModel):
    """The settings of a run; two runs with equal recipes and data give equal networks.

    Attributes:
        architecture: name in the registry.
        options: of the architecture; empty for its defaults.
        groups: isolated groups, trained one after the other.
        size: height and width of the network's input (pixels).
        seed: of the split, the initial weights, the order and the augmentation.
        epochs: passes over the training images for each group.
        batch_size: images a step, over all processes.
        learning_rate: its highest value; it rises linearly over the first fifth of a group's
            steps and falls linearly to nearly zero.
        momentum: Nesterov momentum of stochastic gradient descent.
        weight_decay: of weights; biases and batch normalisation have none.
        label_smoothing: of every cross-entropy.
        own_weight: weight of the cross-entropy of the group's own logits.
        sum_weight: weight of the cross-entropy of the frozen groups' logits plus its own.
        distillation_weight: weight of the divergence of its own logits from the frozen sum.
        distillation_temperature: of that divergence (Hinton et al. 2015).
        flip: whether images are mirrored at random, left to right.
        validation_images: split off the training images for choices and calibration.
        reduced_precision: whether convolutions compute in bfloat16.
    """

    model_config = ConfigDict(frozen=True, extra='forbid')

    architecture: str = 'resnet'
    options: dict[str, Any] = Field(default_factory=dict)
    groups: int = Field(default=4, ge=1, le=1024)
    size: tuple[int, int] = (32, 32)
    seed: int = Field(default=0, ge=0, lt=2**31)
    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=256, ge=2)
    learning_rate: float = Field(default=0.4, gt=0, allow_inf_nan=False)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=5e-4, ge=0, allow_inf_nan=False)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    own_weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    sum_weight: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    distillation_weight: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    distillation_temperature: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    flip: bool = True
    validation_images: int = Field(default=5000, ge=1)
    reduced_precision: bool = True

    @model_validator(mode='after')
    def _check_loss(self) -> 'Recipe':
        if self.own_weight + self.sum_weight + self.distillation_weight == 0:
            raise ValueError('all weights of the loss are 0: give at least one of them')
        return self

    @property
    def needs_frozen_sum(self) -> bool:
        """Whether the loss of a later group looks at the groups before it."""
        return self.sum_weight > 0 or self.distillation_weight > 0

    def fitted_to(self, images: int) -> 'Recipe':
        """Return the recipe with what was not given chosen for so many training images.

        What suits 45,000 images gives a few hundred too few steps to learn anything.
        """
        given = self.model_fields_set
        batch_size = self.batch_size if 'batch_size' in given else default_batch_size(images)
        chosen = {
            'batch_size': batch_size,
            'learning_rate': default_learning_rate(batch_size),
            'epochs': default_epochs(self.architecture, images, batch_size),
        }
        return self.model_copy(
            update={name: value for name, value in chosen.items() if name not in given}
        )

    def check_architecture(self) -> None:
        """Raise `NetworkError` if the architecture or an option is not known."""
        from dyn_perception.network.architectures import get_architecture

        get_architecture(self.architecture).complete(self.options)
        if min(self.size) < 8:
            raise NetworkError(f'input size {self.size}: the architectures halve it, give >= 8')
