# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""AlexNet for small images, one group of it (Xun et al. 2019; Krizhevsky et al. 2012)."""

from torch import nn

from dyn_perception.network.layers import ConvolutionUnit
from dyn_perception.network.registry import register_architecture


@register_architecture(channels=[32, 64, 96, 64, 64])
def alexnet(classes: int, channels: list[int]) -> nn.Module:
    """Build one branch: five plain convolutions, three poolings, one linear layer.

    Batch normalisation takes the place of local response normalisation: with isolated groups
    its statistics do not depend on the width.
    """
    first, second, third, fourth, fifth = channels
    return nn.Sequential(
        ConvolutionUnit(3, first),
        nn.MaxPool2d(2),
        ConvolutionUnit(first, second),
        nn.MaxPool2d(2),
        ConvolutionUnit(second, third),
        ConvolutionUnit(third, fourth),
        ConvolutionUnit(fourth, fifth),
        nn.AdaptiveMaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * fifth, classes),
    )
