# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The images of a training run: training, split-off validation, and test."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dyn_perception.datasets.cifar10 import is_cifar10_folder, read_cifar10
from dyn_perception.datasets.class_folder import list_class_folder, read_class_folder
from dyn_perception.datasets.errors import DataError
from dyn_perception.datasets.generated import generate_images
from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.images.resizing import resize_image
from dyn_perception.network.bundle import Bundle

_logger = logging.getLogger(__name__)

GENERATED = 'generated'
"""The name that stands for the small generated data set."""

_TEST_FOLDERS = ('test', 'val', 'validation')


@dataclass(frozen=True)
class TrainingData:
    """The images of a run.

    Attributes:
        name: of the data set, for people.
        training: images that weights are fitted to.
        validation: split off; choices and calibration are made on them.
        test: images of the data set's own test part; None where it has none.
    """

    name: str
    training: LabelledImages
    validation: LabelledImages
    test: LabelledImages | None


def load_training_data(
    source: str, size: tuple[int, int], validation_images: int, seed: int
) -> TrainingData:
    """Load a data set and split validation images off its training part.

    Args:
        source: CIFAR-10's folder, a folder of class folders (or one with `train` and `test`
            folders of class folders), or 'generated'.
        size: height and width every image gets (pixels).
        validation_images: how many to split off, at most a fifth of the training images.
        seed: of the split.

    Raises:
        DataError: if there are no images, fewer than two classes, or unreadable files only.
    """
    name, everything, test = _read(source, size)
    present = np.unique(everything.class_ids)
    if len(present) < 2:
        raise DataError(
            f'{source} has {len(present)} class ({", ".join(everything.labels)}): a network '
            'learns to tell at least 2 apart; add a folder with images of another class'
        )
    count = min(validation_images, len(everything) // 5)
    if count < 1:
        raise DataError(f'{source} has {len(everything)} images: give at least 5')
    order = np.random.default_rng(seed).permutation(len(everything)).astype(np.int64)
    return TrainingData(
        name, everything.subset(order[count:]), everything.subset(order[:count]), test
    )


def load_evaluation_data(
    source: str, size: tuple[int, int], labels: tuple[str, ...]
) -> LabelledImages:
    """Load the images that a trained network is judged on.

    Args:
        source: as in `load_training_data`; CIFAR-10's test images, the `test` folder where
            there is one, else every class folder.
        size: height and width of the network's input (pixels).
        labels: the network's class names.

    Raises:
        DataError: if there are no readable images, or classes that the network does not know.
    """
    if source == GENERATED:
        images = generate_images(1000, size[0], seed=1)
    elif is_cifar10_folder(Path(source)):
        images = _resized(read_cifar10(Path(source), 'test'), size)
    else:
        return read_class_folder(_test_folder(Path(source)) or Path(source), size, labels)
    if images.labels != labels:
        raise DataError(
            f'{source} has the classes {", ".join(images.labels)}, the network '
            f'{", ".join(labels)}: evaluate it on data with its own classes'
        )
    return images


def warn_of_training_images(bundle: Bundle, source: str) -> None:
    """Log a warning where a network is judged on the folder that it was trained on."""
    folder = Path(source)
    data = bundle.manifest.training.get('data')
    trained_on = data.get('name') if isinstance(data, dict) else None
    whole = folder.is_dir() and not is_cifar10_folder(folder) and _test_folder(folder) is None
    if whole and trained_on == folder.resolve().name:
        _logger.warning(
            '%s has no test folder and seems to be what the network was trained on: the accuracy '
            'is flattered; the manifest states the accuracy on images that were held out',
            source,
        )


def _read(source: str, size: tuple[int, int]) -> tuple[str, LabelledImages, LabelledImages | None]:
    if source == GENERATED:
        return 'generated', generate_images(4000, size[0]), generate_images(1000, size[0], seed=1)
    folder = Path(source)
    if is_cifar10_folder(folder):
        training, test = read_cifar10(folder, 'train'), read_cifar10(folder, 'test')
        return 'CIFAR-10', _resized(training, size), _resized(test, size)
    test_folder = _test_folder(folder)
    if test_folder is None:
        return folder.resolve().name, read_class_folder(folder, size), None
    labels = list_class_folder(folder / 'train').labels
    training = read_class_folder(folder / 'train', size)
    return folder.resolve().name, training, read_class_folder(test_folder, size, labels)


def _test_folder(folder: Path) -> Path | None:
    if not (folder / 'train').is_dir():
        return None
    return next((folder / name for name in _TEST_FOLDERS if (folder / name).is_dir()), None)


def _resized(images: LabelledImages, size: tuple[int, int]) -> LabelledImages:
    if images.images.shape[1:3] == size:
        return images
    resized = np.stack([resize_image(image, *size) for image in images.images])
    return LabelledImages(resized, images.class_ids, images.labels)
