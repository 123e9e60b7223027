# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole runs on the small generated data set."""

import csv
import errno
import shutil

import numpy as np
import pytest
import torch

from dyn_perception.datasets.generated import generate_images
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.model import load_network
from dyn_perception.training.data import TrainingData, load_training_data
from dyn_perception.training.errors import TrainingError
from dyn_perception.training.recipe import Recipe
from dyn_perception.training.run import TrainingRun

RECIPE = Recipe(
    options={'channels': [4, 8, 8, 8]},
    groups=2,
    epochs=2,
    batch_size=64,
    learning_rate=0.1,
    size=(16, 16),
    validation_images=200,
)


class StopError(Exception):
    """Stands for the end of the process at a certain moment."""


class Watch:
    """Progress that calls `at_end` after each epoch and `at_step` after each step."""

    def __init__(self, at_end=None, at_step=None):
        self.rows = []
        self.steps = 0
        self.at_end, self.at_step = at_end, at_step

    def start_epoch(self, group, epoch, steps):
        pass

    def step(self):
        self.steps += 1
        if self.at_step:
            self.at_step(self.steps)

    def end_epoch(self, row):
        self.rows.append(row)
        if self.at_end:
            self.at_end(len(self.rows))


@pytest.fixture(scope='module')
def data():
    return load_training_data('generated', RECIPE.size, RECIPE.validation_images, RECIPE.seed)


@pytest.fixture(scope='module')
def finished(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp('run') / 'out'
    run = TrainingRun(RECIPE, data, folder)
    run.train(Watch())
    run.finish()
    return folder


def weights(folder):
    return load_bundle(folder).weights()


def assert_equal_weights(first, second):
    first, second = weights(first), weights(second)
    assert set(first) == set(second)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_writes_a_bundle_that_learned(finished):
    manifest = load_bundle(finished).manifest
    assert manifest.figures(2).accuracy > 0.5  # chance is 0.25
    assert manifest.figures(2).accuracy_data == 'generated test, 1000 images'
    assert all(0 < figures.temperature < 20 for figures in manifest.widths)
    assert manifest.training['recipe'] == RECIPE.model_dump(mode='json')


def test_writes_history_and_curves(finished):
    with (finished / 'training' / 'history.csv').open() as file:
        rows = list(csv.DictReader(file))
    assert [(row['group'], row['epoch']) for row in rows] == [
        ('1', '1'), ('1', '2'), ('2', '1'), ('2', '2'),
    ]  # fmt: skip
    assert (finished / 'training' / 'curves.png').read_bytes().startswith(b'\x89PNG')


def test_gives_the_same_network_again(finished, data, tmp_path):
    run = TrainingRun(RECIPE, data, tmp_path / 'again')
    run.train(Watch())
    run.finish()
    assert_equal_weights(finished, tmp_path / 'again')


@pytest.mark.parametrize('moment', [1, 60, 140])
def test_goes_on_after_a_kill_bit_for_bit(finished, data, tmp_path, moment):
    def stop(steps):
        if steps == moment:
            raise StopError

    folder = tmp_path / 'killed'
    with pytest.raises(StopError):
        TrainingRun(RECIPE, data, folder).train(Watch(at_step=stop))
    run = TrainingRun(RECIPE, data, folder)
    assert run.resumed == (moment > 50)
    watch = Watch()
    run.train(watch)
    run.finish()
    assert len(watch.rows) == 4 - (moment - 1) // 50
    assert_equal_weights(finished, folder)


def test_a_full_disk_keeps_the_last_checkpoint(finished, data, tmp_path):
    folder = tmp_path / 'full'
    waiting = folder / 'training' / '.checkpoint.safetensors.writing'

    def fill(epochs):
        if epochs == 1:
            waiting.symlink_to('/dev/full')  # every write fails: no space left

    with pytest.raises(OSError, match='No space left') as raised:
        TrainingRun(RECIPE, data, folder).train(Watch(at_end=fill))
    assert raised.value.errno == errno.ENOSPC
    run = TrainingRun(RECIPE, data, folder)
    assert len(run.checkpoint.history) == 1
    run.train(Watch())
    run.finish()
    assert_equal_weights(finished, folder)


def test_earlier_groups_stay_exactly_as_they_are(data, tmp_path):
    recipe = RECIPE.model_copy(update={'sum_weight': 1.0, 'epochs': 1})
    before = {}

    def remember(epochs):
        if epochs == 1:
            before.update(
                {name: value.clone() for name, value in run.network.group_state().items()}
            )

    run = TrainingRun(recipe, data, tmp_path / 'out')
    run.train(Watch(at_end=remember))
    after = run.network.group_state()
    for name, value in before.items():
        same = torch.equal(value, after[name])
        assert same == name.startswith('group_1.') or 'num_batches' in name, name


def test_a_group_does_not_depend_on_how_many_follow(finished, data, tmp_path):
    recipe = RECIPE.model_copy(update={'groups': 1})
    run = TrainingRun(recipe, data, tmp_path / 'one')
    run.train(Watch())
    run.finish()
    alone, together = weights(tmp_path / 'one'), weights(finished)
    for name, value in alone.items():
        np.testing.assert_array_equal(value, together[name])


@pytest.mark.parametrize('change', [{'seed': 1}, {'epochs': 3}, {'groups': 3}])
def test_refuses_to_go_on_with_another_recipe(finished, data, tmp_path, change):
    folder = shutil.copytree(finished, tmp_path / 'copy')
    name = next(iter(change))
    with pytest.raises(TrainingError, match=f'recipe {name} = .* choose another output folder'):
        TrainingRun(RECIPE.model_copy(update=change), data, folder)


def test_refuses_to_go_on_with_other_data(finished, tmp_path):
    other = load_training_data('generated', RECIPE.size, RECIPE.validation_images, seed=5)
    with pytest.raises(TrainingError, match='data sha256'):
        TrainingRun(RECIPE, other, shutil.copytree(finished, tmp_path / 'copy'))


@pytest.mark.parametrize('content', [b'', b'\x80\x04K\x01.', b'\xff' * 100])
def test_refuses_a_damaged_checkpoint(finished, data, tmp_path, content):
    folder = shutil.copytree(finished, tmp_path / 'copy')
    (folder / 'training' / 'checkpoint.safetensors').write_bytes(content)
    with pytest.raises(TrainingError, match=r'checkpoint\.safetensors is no checkpoint'):
        TrainingRun(RECIPE, data, folder)


def test_a_finished_run_is_not_trained_again(finished, data, tmp_path):
    folder = shutil.copytree(finished, tmp_path / 'copy')
    watch = Watch()
    run = TrainingRun(RECIPE, data, folder)
    run.train(watch)
    run.finish()
    assert watch.steps == 0
    assert_equal_weights(finished, folder)


def test_the_torch_network_scores_what_the_manifest_says(finished, data):
    bundle = load_bundle(finished)
    from dyn_perception.training.augmentation import normalise

    pixels = normalise(torch.from_numpy(data.test.images), bundle.manifest.input)
    with torch.inference_mode():
        for width in (1, 2):
            right = load_network(bundle)(pixels, width).argmax(1).numpy() == data.test.class_ids
            assert abs(right.mean() - bundle.manifest.figures(width).accuracy) < 0.003


def test_few_images_get_small_batches_and_enough_steps():
    few, many = Recipe().fitted_to(480), Recipe().fitted_to(45_000)
    assert (few.batch_size, few.learning_rate, few.epochs) == (16, 0.025, 34)
    assert (many.batch_size, many.learning_rate, many.epochs) == (256, 0.4, 20)
    given = Recipe(epochs=3, batch_size=64, learning_rate=0.3).fitted_to(480)
    assert (given.batch_size, given.learning_rate, given.epochs) == (64, 0.3, 3)


def test_few_images_are_learned_with_the_defaults(tmp_path):
    images = generate_images(250, 16)
    data = TrainingData(
        'few', images.subset(np.arange(200)), images.subset(np.arange(200, 250)), None
    )
    recipe = Recipe(options={'channels': [4, 8, 8, 8]}, groups=1, size=(16, 16))
    run = TrainingRun(recipe.fitted_to(200), data, tmp_path / 'out')
    run.train(Watch())
    assert run.checkpoint.history[-1]['sum_accuracy'] > 0.7  # chance is 0.25
