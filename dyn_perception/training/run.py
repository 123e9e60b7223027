# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A whole training run: group after group, with a checkpoint after each epoch."""

import hashlib
import time
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from dyn_perception.datasets.labelled_images import LabelledImages
from dyn_perception.network.export import Measured, save_bundle
from dyn_perception.network.manifest import Manifest
from dyn_perception.network.model import GroupNetwork, build_network
from dyn_perception.training.augmentation import AugmentedBatches, Portion, input_specification
from dyn_perception.training.calibration import fit_temperature
from dyn_perception.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from dyn_perception.training.data import TrainingData
from dyn_perception.training.distributed import wait_for_all
from dyn_perception.training.errors import TrainingError
from dyn_perception.training.group_training import GroupTraining, group_logits, initialise_group
from dyn_perception.training.history import plot_history, write_history
from dyn_perception.training.measures import top1_accuracy
from dyn_perception.training.recipe import Recipe

RECORDS_FOLDER = 'training'
CHECKPOINT_FILE = 'checkpoint.safetensors'


class Progress(Protocol):
    """Who is told how a run goes on."""

    def start_epoch(self, group: int, epoch: int, steps: int) -> None:
        """Called before each epoch, with its number of steps."""

    def step(self) -> None:
        """Called after each step."""

    def end_epoch(self, row: dict[str, float]) -> None:
        """Called after each epoch, with its row of the history."""


class TrainingRun:
    """Trains a network and writes its bundle; goes on where a killed run stopped.

    The output folder becomes the bundle; `training/` in it holds the checkpoint, the history
    as CSV and the curves as PNG.
    """

    def __init__(
        self, recipe: Recipe, data: TrainingData, folder: Path, portion: Portion | None = None
    ) -> None:
        self.recipe = recipe
        self.data = data
        self.folder = folder
        self.portion = portion or Portion()
        self.specification = input_specification(data.training)
        self.network = self._new_network()
        self.records = folder / RECORDS_FOLDER
        self.checkpoint = self._open()

    @property
    def resumed(self) -> bool:
        """Whether anything had been trained before."""
        return bool(self.checkpoint.history)

    def train(self, progress: Progress) -> None:
        """Train all groups that are not done.

        Raises:
            OSError: if a checkpoint cannot be written; the one before it is still there.
        """
        batches = AugmentedBatches(
            self.data.training,
            self.specification,
            batch_size=self.recipe.batch_size,
            flip=self.recipe.flip,
            portion=self.portion,
        )
        for group in range(self.checkpoint.group, self.recipe.groups + 1):
            self._train_group(group, batches, progress)

    def finish(self) -> Manifest | None:
        """Calibrate, measure and write the bundle; only the first process does.

        Raises:
            OSError: if the bundle cannot be written.
        """
        manifest = None
        if self.portion.rank == 0:
            plot_history(
                self.records / 'curves.png', self.checkpoint.history, self.recipe.architecture
            )
            manifest = save_bundle(
                self.network,
                self.folder,
                name=f'{self.recipe.architecture} {self.data.name}',
                labels=self.data.training.labels,
                input_specification=self.specification,
                measured=self._measure(),
                training={
                    'recipe': self.recipe.model_dump(mode='json'),
                    'data': self.checkpoint.data,
                    'processes': self.portion.count,
                    'torch': torch.__version__,
                },
            )
        wait_for_all(self.portion)
        return manifest

    def _new_network(self) -> GroupNetwork:
        network = build_network(
            self.recipe.architecture,
            self.recipe.groups,
            len(self.data.training.labels),
            self.recipe.options,
        )
        for group, branch in enumerate(network.branches, start=1):
            initialise_group(branch, self.recipe.seed, group)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network.eval()

    def _open(self) -> Checkpoint:
        path = self.records / CHECKPOINT_FILE
        recipe = self.recipe.model_dump(mode='json')
        data = {
            'name': self.data.name,
            'training_images': len(self.data.training),
            'sha256': _fingerprint(self.data.training),
        }
        if not path.exists():
            return Checkpoint(recipe, data)
        checkpoint = read_checkpoint(path)
        for kind, mine, found in (
            ('recipe', recipe, checkpoint.recipe),
            ('data', data, checkpoint.data),
        ):
            odd = sorted(name for name in mine if found.get(name) != mine[name])
            if odd:
                raise TrainingError(
                    f'{self.folder} holds a run with {kind} {odd[0]} = {found.get(odd[0])!r}, '
                    f'this one has {mine[odd[0]]!r}: choose another output folder, or delete it'
                )
        self.network.load_group_state(checkpoint.weights)
        return checkpoint

    def _train_group(self, group: int, batches: AugmentedBatches, progress: Progress) -> None:
        training = GroupTraining(self.network, group, batches, self.recipe, self.portion)
        if self.checkpoint.group == group:
            training.restore_momentum(self.checkpoint.momentum)
        first_epoch = self.checkpoint.epoch if self.checkpoint.group == group else 0
        frozen = self._validation_logits(group - 1)
        for epoch in range(first_epoch, self.recipe.epochs):
            started = time.monotonic()
            progress.start_epoch(group, epoch, len(batches))
            result = training.run_epoch(epoch, progress.step)
            own = group_logits(self.network, group, self.data.validation, self.specification)
            class_ids = self.data.validation.class_ids
            row = {
                'group': group,
                'epoch': epoch + 1,
                'learning_rate': result.learning_rate,
                'training_loss': result.loss,
                'own_accuracy': top1_accuracy(own, class_ids),
                'sum_accuracy': top1_accuracy(frozen + own, class_ids),
                'seconds': time.monotonic() - started,
            }
            self._save(group, epoch + 1, row, training)
            progress.end_epoch(row)

    def _save(
        self, group: int, epoch: int, row: dict[str, float], training: GroupTraining
    ) -> None:
        done = epoch == self.recipe.epochs
        state = self.checkpoint
        state.history.append(row)
        state.group, state.epoch = (group + 1, 0) if done else (group, epoch)
        state.weights = self.network.group_state()
        state.momentum = {} if done else training.momentum()
        if self.portion.rank == 0:
            self.records.mkdir(parents=True, exist_ok=True)
            write_checkpoint(self.records / CHECKPOINT_FILE, state)
            write_history(self.records / 'history.csv', state.history)
        wait_for_all(self.portion)

    def _validation_logits(self, groups: int) -> NDArray[np.float32]:
        images = self.data.validation
        total = np.zeros((len(images), len(images.labels)), np.float32)
        for group in range(1, groups + 1):
            total += group_logits(self.network, group, images, self.specification)
        return total

    def _measure(self) -> list[Measured]:
        """Fit temperatures on the validation images; measure accuracy on the test images.

        Without test images the validation images serve, and the bundle says so.
        """
        validation = self._sums(self.data.validation)
        if self.data.test is None:
            judged, images, part = validation, self.data.validation, 'validation (split off)'
        else:
            judged, images, part = self._sums(self.data.test), self.data.test, 'test'
        return [
            Measured(
                accuracy=top1_accuracy(logits, images.class_ids),
                accuracy_data=f'{self.data.name} {part}, {len(images)} images',
                temperature=fit_temperature(for_temperature, self.data.validation.class_ids),
            )
            for logits, for_temperature in zip(judged, validation, strict=True)
        ]

    def _sums(self, images: LabelledImages) -> list[NDArray[np.float32]]:
        total = np.zeros((len(images), len(images.labels)), np.float32)
        sums = []
        for group in range(1, self.recipe.groups + 1):
            total = total + group_logits(self.network, group, images, self.specification)
            sums.append(total)
        return sums


def _fingerprint(images: LabelledImages) -> str:
    digest = hashlib.sha256(images.images.tobytes())
    digest.update(images.class_ids.tobytes())
    digest.update('\n'.join(images.labels).encode())
    return digest.hexdigest()
