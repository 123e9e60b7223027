# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A small data set in CIFAR-10's official layouts, of random images."""

import pickle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Parts = dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]

_FILES = [*(f'data_batch_{number}' for number in range(1, 6)), 'test_batch']


def _random_files(each: int) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    generator = np.random.default_rng(0)
    return {
        name: (
            generator.integers(0, 256, (each, 32, 32, 3), np.uint8),
            np.arange(each, dtype=np.int64) % 10,
        )
        for name in _FILES
    }


def _parts(files: Parts) -> Parts:
    train = [files[name] for name in _FILES[:5]]
    return {
        'train': (
            np.concatenate([part[0] for part in train]),
            np.concatenate([part[1] for part in train]),
        ),
        'test': files['test_batch'],
    }


def write_binary(folder: Path, each: int = 20) -> Parts:
    """Write the binary layout with `each` images a file; return train and test (images, ids)."""
    files = _random_files(each)
    place = folder / 'cifar-10-batches-bin'
    place.mkdir()
    for name, (images, class_ids) in files.items():
        planes = images.transpose(0, 3, 1, 2).reshape(each, -1)
        records = np.concatenate([class_ids[:, None].astype(np.uint8), planes], 1)
        (place / f'{name}.bin').write_bytes(records.tobytes())
    return _parts(files)


def write_python(folder: Path, each: int = 20) -> Parts:
    """Write the Python layout as the official files are: Python 2 pickles of byte strings."""
    files = _random_files(each)
    place = folder / 'cifar-10-batches-py'
    place.mkdir()
    for name, (images, class_ids) in files.items():
        batch = {
            b'batch_label': b'some batch',
            b'labels': class_ids.tolist(),
            b'data': images.transpose(0, 3, 1, 2).reshape(each, -1).copy(),
            b'filenames': [b'image.png'] * each,
        }
        (place / name).write_bytes(pickle.dumps(batch, protocol=2))
    return _parts(files)
