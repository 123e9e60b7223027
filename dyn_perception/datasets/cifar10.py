# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10 in its two official layouts (Krizhevsky 2009).

Binary: records of 1 label byte and 3,072 pixel bytes (planes R, G, B, row by row). Python:
pickled dictionaries, read by a restricted unpickler that refuses everything else.
"""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dyn_perception.datasets.errors import DataError
from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.datasets.restricted_pickle import read_cifar_pickle

Split = Literal['train', 'test']

CIFAR10_LABELS = (
    'airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck',
)  # fmt: skip

_RECORD = 1 + 3 * 32 * 32
_BINARY_FOLDER = 'cifar-10-batches-bin'
_PYTHON_FOLDER = 'cifar-10-batches-py'
_TRAIN = tuple(f'data_batch_{number}' for number in range(1, 6))
_TEST = ('test_batch',)


def _find(folder: Path) -> tuple[Path, str] | None:
    """Return the folder that holds the files and their suffix."""
    for place in (folder, folder / _BINARY_FOLDER):
        if (place / 'test_batch.bin').is_file():
            return place, '.bin'
    for place in (folder, folder / _PYTHON_FOLDER):
        if (place / 'test_batch').is_file():
            return place, ''
    return None


def is_cifar10_folder(folder: Path) -> bool:
    """Tell whether `folder`, or its official sub-folder, holds CIFAR-10."""
    return _find(Path(folder)) is not None


def _read_binary(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    content = np.fromfile(path, np.uint8)
    if not content.size or content.size % _RECORD:
        raise DataError(
            f'{path} has {content.size} bytes: a CIFAR-10 file holds records of {_RECORD} bytes; '
            'it is truncated or another file, get it again'
        )
    records = content.reshape(-1, _RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64)


def _read_python(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    try:
        batch = read_cifar_pickle(path.read_bytes())
    except DataError as error:
        raise DataError(f'{path}: {error}') from error
    pixels, labels = batch.get(b'data'), batch.get(b'labels')
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.dtype != np.uint8
        or pixels.ndim != 2
        or pixels.shape[1] != _RECORD - 1
        or not isinstance(labels, list)
        or len(labels) != len(pixels)
        or not all(type(label) is int for label in labels)
    ):
        raise DataError(
            f'{path} does not hold "data" uint8 [N, 3072] and "labels" [N]: '
            'it is not an official CIFAR-10 Python file, get it again'
        )
    return pixels.reshape(-1, 3, 32, 32), np.asarray(labels, np.int64)


def read_cifar10(folder: Path, split: Split) -> LabelledImages:
    """Read CIFAR-10's training (50,000) or test (10,000) images.

    Args:
        folder: the official folder, in binary or Python layout, or the folder above it.
        split: 'train' or 'test'.

    Raises:
        DataError: if a file is missing, truncated or not CIFAR-10.
    """
    found = _find(Path(folder))
    if found is None:
        raise DataError(
            f'{folder} holds no CIFAR-10: give the folder with test_batch.bin (binary version) '
            'or test_batch (Python version), or the folder above it'
        )
    place, suffix = found
    read = _read_binary if suffix else _read_python
    parts = []
    for name in _TRAIN if split == 'train' else _TEST:
        path = place / f'{name}{suffix}'
        if not path.is_file():
            raise DataError(f'{path} is missing: CIFAR-10 is incomplete, get it again')
        parts.append(read(path))
    images = np.concatenate([part[0] for part in parts])
    return LabelledImages(
        np.ascontiguousarray(images.transpose(0, 2, 3, 1)),
        np.concatenate([part[1] for part in parts]),
        CIFAR10_LABELS,
    )
