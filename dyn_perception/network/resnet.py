# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A small residual network, one group of it (He et al. 2016)."""

from torch import nn

from dyn_perception.network.layers import ConvolutionUnit, ResidualUnit
from dyn_perception.network.registry import register_architecture


@register_architecture(channels=[16, 32, 64, 96])
def resnet(classes: int, channels: list[int]) -> nn.Module:
    """Build one branch: four stages with halved resolution, residual units in two of them."""
    first, second, third, fourth = channels
    return nn.Sequential(
        ConvolutionUnit(3, first),
        ConvolutionUnit(first, second),
        nn.MaxPool2d(2),
        ResidualUnit(second),
        ConvolutionUnit(second, third),
        nn.MaxPool2d(2),
        ResidualUnit(third),
        ConvolutionUnit(third, fourth),
        nn.MaxPool2d(2),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(fourth, classes),
    )
