# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a group learns from."""

import pytest
import torch
from torch.nn import functional

from dyn_perception.training.losses import distillation, group_loss
from dyn_perception.training.recipe import Recipe

OWN = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
FROZEN = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
CLASSES = torch.tensor([0, 1, 2, 3, 0, 1])


def recipe(**weights):
    return Recipe(label_smoothing=0.0, **{'own_weight': 0.0, **weights})


def test_the_first_group_learns_from_itself():
    expected = functional.cross_entropy(OWN, CLASSES)
    assert group_loss(recipe(sum_weight=1.0), OWN, None, CLASSES) == expected


def test_each_part_has_its_weight():
    own = functional.cross_entropy(OWN, CLASSES)
    total = functional.cross_entropy(OWN + FROZEN, CLASSES)
    taught = distillation(OWN, FROZEN, 3.0)
    loss = group_loss(
        recipe(own_weight=0.2, sum_weight=0.3, distillation_weight=0.5), OWN, FROZEN, CLASSES
    )
    torch.testing.assert_close(loss, 0.2 * own + 0.3 * total + 0.5 * taught)


def test_distillation_is_zero_only_at_the_teacher():
    assert distillation(FROZEN, FROZEN, 2.0) == pytest.approx(0, abs=1e-6)
    assert distillation(FROZEN + 5, FROZEN, 2.0) == pytest.approx(0, abs=1e-5)
    assert distillation(OWN, FROZEN, 2.0) > 0.01


def test_a_recipe_without_any_loss_is_refused():
    with pytest.raises(ValueError, match='all weights of the loss are 0'):
        recipe()
