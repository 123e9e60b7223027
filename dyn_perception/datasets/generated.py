# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A small generated data set for tests: bright bars whose direction is the class."""

import numpy as np

from dyn_perception.datasets.labelled_images import LabelledImages

GENERATED_LABELS = ('horizontal', 'vertical', 'falling', 'rising')


def generate_images(count: int, size: int = 32, seed: int = 0) -> LabelledImages:
    """Draw `count` images of `size` x `size` pixels, as many of each of the four classes.

    Each shows a grating in one of four directions with random period, phase, colour and noise.
    """
    generator = np.random.default_rng(seed)
    class_ids = np.arange(count, dtype=np.int64) % len(GENERATED_LABELS)
    generator.shuffle(class_ids)
    rows, columns = np.mgrid[0:size, 0:size]
    across = np.stack([rows, columns, rows - columns, rows + columns])[class_ids]
    period = generator.uniform(5, 9, (count, 1, 1))
    phase = generator.uniform(0, 2 * np.pi, (count, 1, 1))
    wave = np.sin(2 * np.pi * across / period + phase)[..., None]
    colour = generator.uniform(20, 80, (count, 1, 1, 3))
    noise = generator.normal(0, 25, (count, size, size, 3))
    images = np.clip(128 + wave * colour + noise, 0, 255).astype(np.uint8)
    return LabelledImages(images, class_ids, GENERATED_LABELS)
