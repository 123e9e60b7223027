# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a group learns from: its own answer, the sum's, or the sum as a teacher."""

import torch
from torch import Tensor
from torch.nn import functional

from dyn_perception.training.recipe import Recipe


def group_loss(
    recipe: Recipe, own_logits: Tensor, frozen_logits: Tensor | None, class_ids: Tensor
) -> Tensor:
    """Return the loss of the group that is being trained.

    Args:
        recipe: the weights of the parts of the loss.
        own_logits: of the group, [N, C].
        frozen_logits: sum of the groups before it, [N, C]; None for the first group, which
            always learns from its own cross-entropy.
        class_ids: true classes, [N].
    """
    smoothing = recipe.label_smoothing
    own = functional.cross_entropy(own_logits, class_ids, label_smoothing=smoothing)
    if frozen_logits is None:
        return own
    loss = recipe.own_weight * own
    if recipe.sum_weight:
        loss = loss + recipe.sum_weight * functional.cross_entropy(
            frozen_logits + own_logits, class_ids, label_smoothing=smoothing
        )
    if recipe.distillation_weight:
        loss = loss + recipe.distillation_weight * distillation(
            own_logits, frozen_logits, recipe.distillation_temperature
        )
    return loss


def distillation(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 times the divergence of the student from the teacher (Hinton et al. 2015)."""
    return temperature**2 * functional.kl_div(
        torch.log_softmax(student / temperature, 1),
        torch.log_softmax(teacher / temperature, 1),
        reduction='batchmean',
        log_target=True,
    )
