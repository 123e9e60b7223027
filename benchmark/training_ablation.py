# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What should a later group learn from? The table in doc/training.md.

Trains group 1 once for each seed, then group 2 beside it, frozen, with each loss. Only the
validation images are looked at. A run that was stopped goes on with the same command:

    python -m benchmark.training_ablation --data DIR --out DIR --channels 16 32 64 64
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

from dyn_perception.training.checkpoint import read_checkpoint, write_checkpoint
from dyn_perception.training.data import load_training_data
from dyn_perception.training.recipe import Recipe
from dyn_perception.training.run import CHECKPOINT_FILE, RECORDS_FOLDER, TrainingRun

LOSSES: dict[str, dict[str, float]] = {
    'own': {'own_weight': 1.0},
    'sum': {'own_weight': 0.0, 'sum_weight': 1.0},
    'own + sum': {'own_weight': 0.5, 'sum_weight': 0.5},
    'own + distillation': {'own_weight': 0.5, 'distillation_weight': 0.5},
}


class _Quiet:
    def start_epoch(self, group: int, epoch: int, steps: int) -> None:
        """Say nothing."""

    def step(self) -> None:
        """Say nothing."""

    def end_epoch(self, row: dict[str, float]) -> None:
        """Print the row."""
        print(json.dumps(row), flush=True)


def main() -> None:
    """Train all pairs and print one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True)
    parser.add_argument('--out', required=True, type=Path)
    parser.add_argument('--arch', default='resnet')
    parser.add_argument('--channels', type=int, nargs='+')
    parser.add_argument('--epochs', type=int, default=6)
    parser.add_argument('--seeds', type=int, nargs='+', default=[0, 1, 2])
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = []
    for seed in options.seeds:
        base = Recipe(
            architecture=options.arch,
            options={'channels': options.channels} if options.channels else {},
            groups=2,
            epochs=options.epochs,
            seed=seed,
        )
        data = load_training_data(options.data, base.size, base.validation_images, seed)
        first = options.out / f'seed_{seed}' / 'group_1'
        alone = base.model_copy(update={'groups': 1})
        TrainingRun(alone, data, first).train(_Quiet())
        for name, weights in LOSSES.items():
            recipe = base.model_copy(update=weights)
            folder = options.out / f'seed_{seed}' / name.replace(' ', '')
            if not folder.exists():
                _start_from(first, folder, recipe, data.training.labels)
            run = TrainingRun(recipe, data, folder)
            run.train(_Quiet())
            last, before = run.checkpoint.history[-1], run.checkpoint.history[options.epochs - 1]
            result = {
                'seed': seed,
                'loss': name,
                'width_1': before['sum_accuracy'],
                'group_2_alone': last['own_accuracy'],
                'width_2': last['sum_accuracy'],
            }
            results.append(result)
            print(json.dumps(result), flush=True)
    (options.out / 'ablation.json').write_text(json.dumps(results, indent=2))


def _start_from(first: Path, folder: Path, recipe: Recipe, labels: tuple[str, ...]) -> None:
    """Make a run of two groups whose first is already trained."""
    from dyn_perception.network.model import build_network
    from dyn_perception.training.group_training import initialise_group

    checkpoint = read_checkpoint(first / RECORDS_FOLDER / CHECKPOINT_FILE)
    network = build_network(recipe.architecture, 2, len(labels), recipe.options)
    initialise_group(network.branches[1], recipe.seed, 2)
    checkpoint.weights = network.group_state() | checkpoint.weights
    checkpoint.recipe = recipe.model_dump(mode='json')
    waiting = folder.with_name(f'{folder.name}.writing')
    shutil.rmtree(waiting, ignore_errors=True)
    (waiting / RECORDS_FOLDER).mkdir(parents=True)
    write_checkpoint(waiting / RECORDS_FOLDER / CHECKPOINT_FILE, checkpoint)
    waiting.rename(folder)


if __name__ == '__main__':
    main()
