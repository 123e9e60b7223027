# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which images a run takes, and what it refuses."""

import cv2
import numpy as np
import pytest

from dyn_perception.datasets.errors import DataError
from dyn_perception.network.bundle import load_bundle
from dyn_perception.training.data import (
    load_evaluation_data,
    load_training_data,
    warn_of_training_images,
)
from support.bundles import write_test_bundle


def write_classes(folder, names, count=10):
    generator = np.random.default_rng(0)
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            image = generator.integers(0, 256, (20, 20, 3), np.uint8)
            cv2.imwrite(str(folder / name / f'{number}.png'), image)


def test_splits_validation_images_off():
    data = load_training_data('generated', (16, 16), 500, seed=1)
    assert (len(data.training), len(data.validation), len(data.test)) == (3500, 500, 1000)
    again = load_training_data('generated', (16, 16), 500, seed=1)
    other = load_training_data('generated', (16, 16), 500, seed=2)
    np.testing.assert_array_equal(data.validation.images, again.validation.images)
    assert not np.array_equal(data.validation.images, other.validation.images)


def test_reads_a_folder_of_class_folders(tmp_path):
    write_classes(tmp_path, ['left', 'right'])
    data = load_training_data(str(tmp_path), (32, 32), 5000, seed=0)
    assert data.training.labels == ('left', 'right')
    assert (len(data.training), len(data.validation), data.test) == (16, 4, None)
    assert len(load_evaluation_data(str(tmp_path), (32, 32), ('left', 'right'))) == 20


def test_takes_train_and_test_folders(tmp_path):
    write_classes(tmp_path / 'train', ['left', 'right'])
    write_classes(tmp_path / 'val', ['right'], 3)
    data = load_training_data(str(tmp_path), (32, 32), 4, seed=0)
    assert data.test.class_ids.tolist() == [1, 1, 1]
    assert len(load_evaluation_data(str(tmp_path), (32, 32), ('left', 'right'))) == 3


def test_refuses_one_class(tmp_path):
    write_classes(tmp_path, ['only'])
    with pytest.raises(DataError, match=r'1 class \(only\).*at least 2.*add a folder'):
        load_training_data(str(tmp_path), (32, 32), 5, seed=0)


def test_refuses_an_empty_folder(tmp_path):
    with pytest.raises(DataError, match='holds no images'):
        load_training_data(str(tmp_path), (32, 32), 5, seed=0)


def test_refuses_to_judge_a_network_on_other_classes(tmp_path):
    with pytest.raises(DataError, match='evaluate it on data with its own classes'):
        load_evaluation_data('generated', (32, 32), ('cat', 'dog'))


def test_warns_of_judging_on_training_images(tmp_path, bundle_of, caplog):
    write_classes(tmp_path / 'mine', ['left', 'right'])
    warn_of_training_images(bundle_of('mine'), str(tmp_path / 'mine'))
    assert 'has no test folder' in caplog.text
    caplog.clear()
    warn_of_training_images(bundle_of('others'), str(tmp_path / 'mine'))
    write_classes(tmp_path / 'split' / 'train', ['left', 'right'])
    write_classes(tmp_path / 'split' / 'test', ['left', 'right'])
    warn_of_training_images(bundle_of('split'), str(tmp_path / 'split'))
    assert not caplog.text


@pytest.fixture
def bundle_of(tmp_path):
    bundle = load_bundle(write_test_bundle(tmp_path / 'bundle', groups=1))

    def trained_on(name):
        manifest = bundle.manifest.model_copy(update={'training': {'data': {'name': name}}})
        return type(bundle)(bundle.path, manifest)

    return trained_on
