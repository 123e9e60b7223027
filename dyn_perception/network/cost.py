# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a branch costs: multiply-accumulate operations and parameters."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class BranchCost:
    """Cost of one branch for one image.

    Attributes:
        macs: multiply-accumulate operations of convolutions and linear layers.
        params: trained parameters.
    """

    macs: int
    params: int


def branch_cost(branch: nn.Module, height: int, width: int) -> BranchCost:
    """Count the cost of one branch for an image of height x width pixels."""
    macs = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal macs
        weight = layer.weight
        assert isinstance(weight, Tensor)
        places = output[0, 0].numel() if output.ndim == 4 else 1
        macs += weight.numel() * places

    hooks = [
        layer.register_forward_hook(count)
        for layer in branch.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    was_training = branch.training
    try:
        with torch.inference_mode():
            branch.eval()(torch.zeros(1, 3, height, width))
    finally:
        branch.train(was_training)
        for hook in hooks:
            hook.remove()
    return BranchCost(macs, sum(parameter.numel() for parameter in branch.parameters()))
