# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What enlarging images by a fraction costs in accuracy: the table in doc/benchmarks.md.

python -m benchmark.mosaic_accuracy --data DIR
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.cifar10 import read_cifar10
from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.images.resizing import resize_image
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle
from dyn_perception.share import model_path
from dyn_perception.sources.enlarging import enlarge_recoverably
from dyn_perception.training.evaluation import evaluate

CELL = 80
"""Side of a cell of a mosaic of [6, 8] in 640 x 480 pixels: 2.5 times 32."""

Image = NDArray[np.uint8]


def _linear(image: Image) -> Image:
    return np.asarray(cv2.resize(image, (CELL, CELL), interpolation=cv2.INTER_LINEAR), np.uint8)


METHODS: dict[str, Callable[[Image], Image]] = {
    'least-norm': lambda image: enlarge_recoverably(image, CELL, CELL),
    'nearest': lambda image: resize_image(image, CELL, CELL),
    'linear': _linear,
}


def main() -> None:
    """Print the points of top-1 that each method loses, at each width."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=os.environ.get('DYN_PERCEPTION_DATA'))
    parser.add_argument('--model', default='resnet')
    options = parser.parse_args()
    if not options.data:
        parser.error('--data is missing: give the folder of CIFAR-10')
    images = read_cifar10(options.data, 'test')
    bundle = load_bundle(model_path(options.model))
    with create_engine(bundle) as engine:
        untouched = [row['top1'] for row in evaluate(bundle, engine, images)]
        for name, enlarge in METHODS.items():
            back = np.stack([resize_image(enlarge(image), 32, 32) for image in images.images])
            rows = evaluate(bundle, engine, LabelledImages(back, images.class_ids, images.labels))
            lost = [
                100 * (before - row['top1']) for before, row in zip(untouched, rows, strict=True)
            ]
            print(f'{name:11s}', ' '.join(f'{points:+.2f}' for points in lost), flush=True)


if __name__ == '__main__':
    main()
