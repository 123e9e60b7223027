# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10 in both official layouts, and what is refused."""

import os
import pickle

import numpy as np
import pytest

from dyn_perception.datasets.cifar10 import CIFAR10_LABELS, is_cifar10_folder, read_cifar10
from dyn_perception.datasets.errors import DataError
from support.cifar10 import write_binary, write_python


@pytest.mark.parametrize('write', [write_binary, write_python])
@pytest.mark.parametrize('above', [True, False])
def test_both_layouts_give_the_same_images(tmp_path, write, above):
    expected = write(tmp_path)
    folder = tmp_path if above else next(tmp_path.iterdir())
    assert is_cifar10_folder(folder)
    for split in ('train', 'test'):
        images = read_cifar10(folder, split)
        assert images.labels == CIFAR10_LABELS
        np.testing.assert_array_equal(images.images, expected[split][0])
        np.testing.assert_array_equal(images.class_ids, expected[split][1])


def test_refuses_another_folder(tmp_path):
    assert not is_cifar10_folder(tmp_path)
    with pytest.raises(DataError, match='holds no CIFAR-10: give the folder'):
        read_cifar10(tmp_path, 'train')


def test_refuses_a_truncated_binary_file(tmp_path):
    write_binary(tmp_path)
    path = tmp_path / 'cifar-10-batches-bin' / 'data_batch_3.bin'
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r'data_batch_3\.bin.*3073 bytes.*truncated'):
        read_cifar10(tmp_path, 'train')


def test_refuses_an_incomplete_set(tmp_path):
    write_binary(tmp_path)
    (tmp_path / 'cifar-10-batches-bin' / 'data_batch_2.bin').unlink()
    with pytest.raises(DataError, match=r'data_batch_2\.bin is missing'):
        read_cifar10(tmp_path, 'train')


class _Harm:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    'harm',
    [
        _Harm(os.system, ('touch harmed',)),
        _Harm(eval, ('1 + 1',)),
        _Harm(np.load, ('harmed.npy',)),
        _Harm(getattr, ('text', 'upper')),
    ],
    ids=['system', 'eval', 'load', 'getattr'],
)
def test_refuses_a_pickle_that_runs_code(tmp_path, monkeypatch, harm):
    monkeypatch.chdir(tmp_path)
    write_python(tmp_path)
    path = tmp_path / 'cifar-10-batches-py' / 'test_batch'
    path.write_bytes(pickle.dumps({b'data': harm, b'labels': []}, protocol=2))
    with pytest.raises(DataError, match='can run code'):
        read_cifar10(tmp_path, 'test')
    assert not (tmp_path / 'harmed').exists()


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'\x80',
        b'not a pickle',
        pickle.dumps([1, 2]),
        pickle.dumps({b'data': 5, b'labels': [1]}),
        pickle.dumps({b'data': np.zeros((2, 3072), np.uint8), b'labels': [1]}, protocol=2),
        pickle.dumps({b'data': np.zeros((1, 3072), np.uint8), b'labels': ['a']}, protocol=2),
        pickle.dumps({b'data': np.array([object()]), b'labels': [1]}, protocol=2),
        pickle.dumps({b'data': np.zeros((1, 3072), np.float64), b'labels': [1]}, protocol=2),
    ],
)
def test_refuses_damaged_python_files(tmp_path, content):
    write_python(tmp_path)
    (tmp_path / 'cifar-10-batches-py' / 'test_batch').write_bytes(content)
    with pytest.raises(DataError, match='test_batch'):
        read_cifar10(tmp_path, 'test')


def test_refuses_a_label_out_of_range(tmp_path):
    write_binary(tmp_path)
    path = tmp_path / 'cifar-10-batches-bin' / 'test_batch.bin'
    content = bytearray(path.read_bytes())
    content[0] = 10
    path.write_bytes(content)
    with pytest.raises(DataError, match=r'out of range 0\.\.\.9'):
        read_cifar10(tmp_path, 'test')
