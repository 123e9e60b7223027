# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Untrained bundles for tests."""

from pathlib import Path
from typing import Any

import torch

from dyn_perception.network.export import Measured, save_bundle
from dyn_perception.network.manifest import InputSpecification
from dyn_perception.network.model import GroupNetwork, build_network

SMALL_CHANNELS = {'resnet': [4, 8, 8, 8], 'alexnet': [4, 8, 8, 8, 8]}


def random_network(
    architecture: str = 'resnet', groups: int = 4, classes: int = 10, seed: int = 0, **options: Any
) -> GroupNetwork:
    """Build a network with random weights and random batch normalisation statistics."""
    torch.manual_seed(seed)
    options.setdefault('channels', SMALL_CHANNELS[architecture])
    network = build_network(architecture, groups, classes, options)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval()


def write_test_bundle(
    path: Path,
    architecture: str = 'resnet',
    groups: int = 4,
    seed: int = 0,
    classes: int = 10,
    size: tuple[int, int] = (32, 32),
    **options: Any,
) -> Path:
    """Write a bundle with random weights and return its path."""
    save_bundle(
        random_network(architecture, groups, classes, seed, **options),
        path,
        name=f'test {architecture}',
        labels=[f'class {number}' for number in range(classes)],
        input_specification=InputSpecification(
            height=size[0], width=size[1], mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26)
        ),
        measured=[Measured(0.5 + 0.1 * group / groups, 'none', 1.5) for group in range(groups)],
    )
    return path
