# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Choose the frames that the package ships from CIFAR-10's test images and a car's camera.

    python tools/sample_frames.py --data CIFAR10 --camera DONKEYCAR --bundle resource/models/resnet

The labelled frames are a stratified sample: each class gives as many, and within a class each
number of widths that are right is as frequent as among all test images. Their names carry the
order in which they are shown; it spreads every stratum evenly. So a short look at the demo shows
about the accuracy that the whole test set would.
"""

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.cifar10 import CIFAR10_LABELS, read_cifar10
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle
from dyn_perception.training.evaluation import width_logits


def main() -> None:
    """Write resource/frames/cifar10 and resource/frames/donkeycar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--camera', type=Path, required=True)
    parser.add_argument('--bundle', type=Path, required=True)
    parser.add_argument('--out', type=Path, default=Path('resource/frames'))
    parser.add_argument('--labelled', type=int, default=600)
    parser.add_argument('--frames', type=int, default=50)
    options = parser.parse_args()

    images = read_cifar10(options.data, 'test')
    bundle = load_bundle(options.bundle)
    engine = create_engine(bundle)
    right = sum(
        (logits.argmax(1) == images.class_ids).astype(int)
        for logits in width_logits(bundle, engine, images)
    )
    engine.close()
    chosen = stratified(images.class_ids, np.asarray(right), options.labelled)
    folder = options.out / 'cifar10'
    shutil.rmtree(folder, ignore_errors=True)
    for place, index in enumerate(chosen):
        path = (
            folder / CIFAR10_LABELS[images.class_ids[index]] / f'{place:04d}_test_{index:05d}.png'
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = cv2.cvtColor(images.images[index], cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    shutil.rmtree(options.out / 'donkeycar', ignore_errors=True)
    (options.out / 'donkeycar').mkdir(parents=True)
    found = sorted(options.camera.glob('*.jpg'), key=lambda path: int(path.name.split('_')[0]))
    for path in found[:: len(found) // options.frames][: options.frames]:
        number = int(path.name.split('_')[0])
        shutil.copyfile(path, options.out / 'donkeycar' / f'{number:04d}.jpg')


def stratified(
    class_ids: NDArray[np.int64], right: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Return the indices of `count` images in an order that spreads every stratum evenly."""
    generator = np.random.default_rng(0)
    classes = np.unique(class_ids)
    positions: list[tuple[float, int]] = []
    for class_id in classes:
        each = count // len(classes)
        members = [
            generator.permutation(np.flatnonzero((class_ids == class_id) & (right == widths)))
            for widths in range(int(right.max()) + 1)
        ]
        shares = (
            np.array([len(member) for member in members]) * each / (class_ids == class_id).sum()
        )
        quota = np.floor(shares).astype(int)
        for stratum in np.argsort(quota - shares)[: each - quota.sum()]:
            quota[stratum] += 1
        for member, number in zip(members, quota, strict=True):
            offset = generator.random()
            positions += [
                ((place + offset) / number, int(index))
                for place, index in enumerate(member[:number])
            ]
    return np.array([index for _, index in sorted(positions)], np.int64)


if __name__ == '__main__':
    main()
