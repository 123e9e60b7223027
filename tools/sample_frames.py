# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Choose the frames that the package ships from CIFAR-10's test images and a car's camera.

    python tools/sample_frames.py --data CIFAR10 --camera DONKEYCAR --bundle resource/models/resnet

The labelled frames are a stratified sample: each class gives as many, and within a class each
number of widths that are right is as frequent as among all test images. Their names carry the
order in which they are shown, which spreads what is right and wrong evenly. So a short look at the
demo shows about the accuracy of the whole test set.
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
    right = np.stack(
        [logits.argmax(1) == images.class_ids for logits in width_logits(bundle, engine, images)],
        axis=1,
    )
    engine.close()
    chosen = stratified(images.class_ids, right, options.labelled)
    chosen = evenly_ordered(chosen, images.class_ids, right)
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
    class_ids: NDArray[np.int64], right: NDArray[np.bool_], count: int, draws: int = 200
) -> NDArray[np.int64]:
    """Return the indices of `count` images, the best of some stratified samples.

    Each class gives as many; within a class each number of widths that are right is as frequent
    as among all images. The best sample is the one whose accuracies at all widths come closest
    to those of all images.

    Args:
        class_ids: of all images, [N].
        right: whether each width is right, [N, widths].
        count: images to choose.
        draws: samples to compare.
    """
    generator = np.random.default_rng(0)
    best, least = np.array([], np.int64), np.inf
    for _ in range(draws):
        drawn = _draw(class_ids, right.sum(1), count, generator)
        gap = float(np.abs(right[drawn].mean(0) - right.mean(0)).max())
        if gap < least:
            best, least = drawn, gap
    return best


def _draw(
    class_ids: NDArray[np.int64],
    widths_right: NDArray[np.int64],
    count: int,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    classes = np.unique(class_ids)
    each = count // len(classes)
    chosen = []
    for class_id in classes:
        of_class = class_ids == class_id
        strata = [
            np.flatnonzero(of_class & (widths_right == number))
            for number in range(int(widths_right.max()) + 1)
        ]
        shares = np.array([len(stratum) for stratum in strata]) * each / of_class.sum()
        quota = np.floor(shares).astype(int)
        quota[np.argsort(quota - shares)[: each - quota.sum()]] += 1
        chosen += [
            generator.choice(stratum, number, replace=False)
            for stratum, number in zip(strata, quota, strict=True)
        ]
    return np.concatenate(chosen).astype(np.int64)


def evenly_ordered(
    chosen: NDArray[np.int64], class_ids: NDArray[np.int64], right: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return `chosen` in an order whose every stretch has about the accuracies of all of it.

    Classes take turns, as the image source shows class folders. Each next image is the one of its
    class that brings the right answers so far closest to their share of all.
    """
    pools = [chosen[class_ids[chosen] == class_id] for class_id in np.unique(class_ids)]
    expected = right[chosen].mean(0)
    excess = np.zeros(right.shape[1])  # right answers beyond the expected number
    ordered = []
    for place in range(len(chosen)):
        turn = place % len(pools)
        after = excess + right[pools[turn]] - expected
        best = int((after**2).sum(1).argmin())
        excess = after[best]
        ordered.append(pools[turn][best])
        pools[turn] = np.delete(pools[turn], best)
    return np.array(ordered, np.int64)


if __name__ == '__main__':
    main()
