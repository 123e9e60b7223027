# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers that the architectures share."""

from torch import Tensor, nn


class ConvolutionUnit(nn.Sequential):
    """Convolution 3x3, batch normalisation, ReLU; the size of the image stays."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )


class ResidualUnit(nn.Module):
    """Two convolution units beside an identity (He et al. 2016, without the last ReLU)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ConvolutionUnit(channels, channels), ConvolutionUnit(channels, channels)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return the images plus what the two units make of them, in the same shape."""
        total: Tensor = images + self.body(images)
        return total
