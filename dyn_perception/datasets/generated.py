# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A small generated data set for tests: gratings whose form is the class."""

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.labelled_images import LabelledImages

GENERATED_LABELS = ('horizontal', 'vertical', 'checkered', 'rings')


def generate_images(count: int, size: int = 32, seed: int = 0) -> LabelledImages:
    """Draw `count` images of `size` x `size` pixels, as many of each of the four classes.

    Each shows a grating of one of four forms, the same when mirrored, with random period, phase,
    colour and noise.
    """
    generator = np.random.default_rng(seed)
    class_ids = np.arange(count, dtype=np.int64) % len(GENERATED_LABELS)
    generator.shuffle(class_ids)
    rows, columns = np.mgrid[0:size, 0:size]
    period = generator.uniform(5, 9, (count, 1, 1))
    phase = generator.uniform(0, 2 * np.pi, (count, 1, 1))
    centre = generator.uniform(size / 4, 3 * size / 4, (2, count, 1, 1))

    def wave(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sin(2 * np.pi * distance / period + phase)

    down = wave(np.broadcast_to(rows, (count, size, size)))
    across = wave(np.broadcast_to(columns, (count, size, size)))
    around = wave(np.hypot(rows - centre[0], columns - centre[1]))
    forms = np.stack([down, across, np.sign(down * across), around])
    chosen = forms[class_ids, np.arange(count)][..., None]
    colour = generator.uniform(20, 80, (count, 1, 1, 3))
    noise = generator.normal(0, 25, (count, size, size, 3))
    images = np.clip(128 + chosen * colour + noise, 0, 255).astype(np.uint8)
    return LabelledImages(images, class_ids, GENERATED_LABELS)
