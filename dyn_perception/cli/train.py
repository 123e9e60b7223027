# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception train`: train a group-pruned network, one group after the other."""

import argparse
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dyn_perception.cli.errors import usage_error
from dyn_perception.training.data import GENERATED
from dyn_perception.training.errors import TrainingError
from dyn_perception.training.recipe import (
    EPOCHS,
    Recipe,
)

_DEFAULTS = Recipe()


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'train',
        help='train a network on labelled images',
        description='Train a group-pruned network, one group after the other. The output folder '
        'becomes the bundle. A run that was stopped goes on with the same command. '
        'Several processes: torchrun --nproc-per-node 2 -m dyn_perception.cli.main train ...',
    )
    parser.add_argument(
        '--data', required=True, metavar='DIR',
        help='CIFAR-10 (binary or Python layout), a folder with one sub-folder of images per '
        'class (or with train/ and test/ of that form), or "generated"',
    )  # fmt: skip
    parser.add_argument('--out', required=True, type=Path, metavar='DIR', help='output folder')
    parser.add_argument(
        '--arch', default=_DEFAULTS.architecture, help='architecture (default: %(default)s)'
    )
    parser.add_argument(
        '--channels',
        type=int,
        nargs='+',
        metavar='N',
        help='channels of one group, layer by layer',
    )
    parser.add_argument(
        '--size', type=int, nargs=2, metavar=('H', 'W'), help='network input (default: 32 32)'
    )
    parser.add_argument(
        '--epochs', type=int,
        help='for each group (default: '
        f'{", ".join(f"{name} {count}" for name, count in EPOCHS.items())}; more for few images)',
    )  # fmt: skip
    _add_number(parser, '--groups', int, 'isolated groups')
    _add_number(parser, '--seed', int, 'of everything random')
    parser.add_argument(
        '--batch-size',
        type=int,
        help='images a step, over all processes (default: about 1 %% of the images, 16 to 256)',
    )
    parser.add_argument(
        '--learning-rate',
        type=float,
        help='highest (default: 0.4 for batches of 256, in proportion)',
    )
    _add_number(parser, '--weight-decay', float, 'of the weights')
    _add_number(parser, '--label-smoothing', float, 'of the cross-entropy')
    _add_number(parser, '--own-weight', float, "weight of the group's own loss")
    _add_number(parser, '--sum-weight', float, 'weight of the loss of the sum of the groups')
    _add_number(parser, '--distillation-weight', float, 'weight of learning from the frozen sum')
    _add_number(parser, '--validation-images', int, 'split off the training images')
    parser.add_argument(
        '--no-flip', action='store_true', help='do not mirror images (text, traffic signs)'
    )
    parser.add_argument(
        '--full-precision', action='store_true', help='compute in float32 instead of bfloat16'
    )
    parser.add_argument('--threads', type=int, metavar='N', help='CPU threads (default: all)')
    parser.set_defaults(run=run)


def _add_number(parser: argparse.ArgumentParser, name: str, kind: type, text: str) -> None:
    default = getattr(_DEFAULTS, name.removeprefix('--').replace('-', '_'))
    parser.add_argument(name, type=kind, default=default, help=f'{text} (default: %(default)s)')


def recipe_of(options: argparse.Namespace) -> Recipe:
    """Return the recipe that the options describe; `fitted_to` completes it.

    Raises:
        UsageError: if a value is out of range.
    """
    values = {
        name: getattr(options, name)
        for name in Recipe.model_fields
        if getattr(options, name, None) is not None
    }
    values['architecture'] = options.arch
    values['options'] = {'channels': options.channels} if options.channels else {}
    values['size'] = tuple(options.size or _DEFAULTS.size)
    values['flip'] = not options.no_flip
    values['reduced_precision'] = not options.full_precision
    try:
        recipe = Recipe(**values)
    except ValidationError as error:
        raise usage_error(error) from error
    recipe.check_architecture()
    return recipe


def _check_output(out: Path, data: str) -> None:
    """Refuse an output folder that would spoil the data set, or is no folder."""
    if out.exists() and not out.is_dir():
        raise TrainingError(f'{out} is a file: give an output folder')
    if data == GENERATED or not Path(data).exists():
        return
    target, source = out.resolve(), Path(data).resolve()
    if target == source or source in target.parents:
        raise TrainingError(
            f'output folder {out} lies in the data folder {data}, where its files would be taken '
            'for images of a class: choose one outside'
        )


def run(options: argparse.Namespace) -> int:
    """Train, then write and report the bundle."""
    recipe = recipe_of(options)
    _check_output(options.out, options.data)

    import torch

    from dyn_perception.cli.tables import print_widths
    from dyn_perception.cli.training_progress import TrainingProgress
    from dyn_perception.training.data import load_training_data
    from dyn_perception.training.distributed import process_group
    from dyn_perception.training.run import TrainingRun

    if options.threads is not None:
        torch.set_num_threads(max(1, options.threads))
    data = load_training_data(options.data, recipe.size, recipe.validation_images, recipe.seed)
    recipe = recipe.fitted_to(len(data.training))
    with process_group() as portion:
        training = TrainingRun(recipe, data, options.out, portion)
        with TrainingProgress(recipe, visible=portion.rank == 0) as progress:
            progress.announce(training)
            training.train(progress)
        manifest = training.finish()
    if manifest is not None:
        print_widths(
            [
                {
                    'width': figures.width,
                    'top1': figures.accuracy,
                    'macs': figures.macs,
                    'params': figures.params,
                    'bytes': figures.bytes,
                    'temperature': figures.temperature,
                }
                for figures in manifest.widths
            ],
            f'{options.out}: top-1 on {manifest.widths[0].accuracy_data}',
        )
    return 0
