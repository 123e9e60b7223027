# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What stopping at a sure answer saves at equal accuracy."""

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from dyn_perception.inference.engines import create_engine
from dyn_perception.training.confidence_curve import cheapest_within, exit_table
from dyn_perception.training.data import load_evaluation_data, load_training_data
from dyn_perception.training.recipe import Recipe

_LOSS = 0.0
"""Of top-1 on the split-off images: none, since the test set differs from them by chance."""


def measure(settings: Settings) -> dict[str, Value]:
    """Choose a threshold on the images that were split off the training set, and test it."""
    bundle = settings.bundle('resnet')
    recipe = Recipe.model_validate(bundle.manifest.training['recipe'])
    source = str(settings.data)
    split_off = load_training_data(
        source, recipe.size, recipe.validation_images, recipe.seed
    ).validation
    test = load_evaluation_data(source, recipe.size, bundle.manifest.labels)
    with create_engine(bundle) as engine:
        chosen = cheapest_within(exit_table(bundle, engine, split_off).curve(), _LOSS)
        table = exit_table(bundle, engine, test)
    found, full = table.at(chosen.threshold), table.at(0.0)
    return {
        'macs_saved_at_equal_accuracy': 1 - found.macs / full.macs,
        'macs_saved_points_lost': 100 * (full.top1 - found.top1),
        'confidence_threshold': chosen.threshold,
        'confidence_top1': {'exit': found.top1, 'full_width': full.top1},
        'confidence_mean_groups': found.groups,
    }
