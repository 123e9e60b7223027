# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Batches: what is drawn, and that no image is lost or changed beyond shift and mirror."""

import numpy as np
import pytest
import torch

from dyn_perception.datasets.generated import generate_images
from dyn_perception.training.augmentation import (
    AugmentedBatches,
    Portion,
    input_specification,
    normalise,
)


def batches(images, portion=None, flip=True, batch_size=32):
    return AugmentedBatches(
        images,
        input_specification(images),
        batch_size=batch_size,
        flip=flip,
        portion=portion or Portion(),
    )


def test_normalised_images_have_zero_mean_and_unit_deviation():
    images = generate_images(200)
    values = normalise(torch.from_numpy(images.images), input_specification(images))
    assert values.shape == (200, 3, 32, 32)
    torch.testing.assert_close(values.mean((0, 2, 3)), torch.zeros(3), atol=1e-3, rtol=0)
    torch.testing.assert_close(values.std((0, 2, 3)), torch.ones(3), atol=1e-3, rtol=0)


def test_the_same_seed_gives_the_same_epoch():
    images = generate_images(100)
    first, second = (list(batches(images).epoch(3)) for _ in range(2))
    other = list(batches(images).epoch(4))
    assert all(torch.equal(a[0], b[0]) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0][0], other[0][0])


def test_processes_share_the_very_batches_of_one():
    images = generate_images(100)
    whole = list(batches(images).epoch(7))
    parts = [list(batches(images, Portion(rank, 2)).epoch(7)) for rank in range(2)]
    assert len(whole) == 3
    for step, (pixels, class_ids) in enumerate(whole):
        for rank in range(2):
            assert torch.equal(pixels[rank::2], parts[rank][step][0])
            assert torch.equal(class_ids[rank::2], parts[rank][step][1])


def test_every_image_is_a_shifted_original_with_its_label():
    images = generate_images(8, size=16)
    specification = input_specification(images)
    padded = np.pad(images.images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode='reflect')
    seen = set()
    for pixels, class_ids in batches(images, batch_size=4).epoch(0):
        for image, class_id in zip(pixels, class_ids, strict=True):
            found = [
                (index, flipped)
                for index in range(8)
                for row in range(5)
                for column in range(5)
                for flipped in (False, True)
                if _same(image, padded[index, row : row + 16, column : column + 16], flipped,
                         specification)
            ]  # fmt: skip
            assert found
            assert all(images.class_ids[index] == class_id for index, _ in found)
            seen.add(found[0][0])
    assert seen == set(range(8))


def _same(image, cut, flipped, specification):
    cut = cut[:, ::-1].copy() if flipped else cut
    return torch.equal(image, normalise(torch.from_numpy(cut[None]), specification)[0])


@pytest.mark.parametrize('flip', [True, False])
def test_mirrors_only_when_asked(flip):
    images = generate_images(64, size=16)
    ramp = np.broadcast_to(
        np.arange(16, dtype=np.uint8)[None, None, :, None] * 10, (64, 16, 16, 3)
    )
    images = type(images)(ramp.copy(), images.class_ids, images.labels)
    falls = [
        bool(image[0, 0, 4] > image[0, 0, 12])
        for pixels, _ in batches(images, flip=flip).epoch(0)
        for image in pixels
    ]
    assert any(falls) == flip
