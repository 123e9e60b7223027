# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches of randomly shifted and mirrored images."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.network.manifest import InputSpecification


def input_specification(images: LabelledImages) -> InputSpecification:
    """Return size, mean and standard deviation of the images, for normalisation."""
    pixels = torch.from_numpy(images.images)
    sums = torch.zeros(2, 3, dtype=torch.float64)
    for part in torch.split(pixels, 4096):
        values = part.double() / 255
        sums += torch.stack([values.sum((0, 1, 2)), values.square().sum((0, 1, 2))])
    count = pixels[..., 0].numel()
    mean = sums[0] / count
    deviation = (sums[1] / count - mean.square()).clamp_min(1e-6).sqrt()
    red, green, blue = (round(float(value), 6) for value in mean)
    spread = tuple(round(float(value), 6) for value in deviation)
    return InputSpecification(
        height=images.images.shape[1],
        width=images.images.shape[2],
        mean=(red, green, blue),
        std=(spread[0], spread[1], spread[2]),
    )


def normalise(pixels: Tensor, specification: InputSpecification) -> Tensor:
    """Turn uint8 [N, H, W, 3] into normalised float32 [N, 3, H, W], channels last in memory."""
    mean = torch.tensor(specification.mean) * 255
    scale = 1 / (torch.tensor(specification.std) * 255)
    return ((pixels.float() - mean) * scale).permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Portion:
    """Which part of every batch this process takes: `rank` of `count`."""

    rank: int = 0
    count: int = 1


class AugmentedBatches:
    """Random crops after reflecting an eighth of the size at each edge, and random mirroring."""

    def __init__(
        self,
        images: LabelledImages,
        specification: InputSpecification,
        *,
        batch_size: int,
        flip: bool,
        portion: Portion,
    ) -> None:
        self._specification = specification
        self._height, self._width = specification.height, specification.width
        self._margin = max(1, self._height // 8)
        self._padded = _reflect(torch.from_numpy(images.images), self._margin)
        self._class_ids = torch.from_numpy(images.class_ids)
        self._batch_size = min(batch_size, len(images))
        self._flip = flip
        self._portion = portion

    def __len__(self) -> int:
        return len(self._class_ids) // self._batch_size

    def epoch(self, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield normalised images [n, 3, H, W] and class ids [n] of this process's portion.

        The random numbers of a whole batch are drawn by every process, so that what an image
        becomes does not depend on the number of processes.
        """
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(self._class_ids), generator=generator)
        for start in range(0, len(self) * self._batch_size, self._batch_size):
            chosen = order[start : start + self._batch_size]
            shifts = torch.randint(
                0, 2 * self._margin + 1, (2, self._batch_size), generator=generator
            )
            mirrored = torch.rand(self._batch_size, generator=generator) < 0.5 * self._flip
            mine = slice(self._portion.rank, None, self._portion.count)
            yield self._cut(chosen[mine], shifts[:, mine], mirrored[mine])

    def _cut(self, chosen: Tensor, shifts: Tensor, mirrored: Tensor) -> tuple[Tensor, Tensor]:
        rows = shifts[0][:, None] + torch.arange(self._height)
        columns = shifts[1][:, None] + torch.arange(self._width)
        columns = torch.where(mirrored[:, None], columns.flip(1), columns)
        pixels = self._padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]
        return normalise(pixels, self._specification), self._class_ids[chosen]


def _reflect(pixels: Tensor, margin: int) -> Tensor:
    """Pad uint8 [N, H, W, 3] by reflection at every edge."""
    height, width = pixels.shape[1:3]
    rows = _reflected_places(height, margin)
    columns = _reflected_places(width, margin)
    return pixels[:, rows][:, :, columns].contiguous()


def _reflected_places(length: int, margin: int) -> Tensor:
    places = torch.arange(-margin, length + margin).abs()
    return torch.where(places >= length, 2 * (length - 1) - places, places)
