# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Untrained networks: how fast and how large they are does not depend on the weights."""

from pathlib import Path

import torch

from dyn_perception.network.export import save_bundle
from dyn_perception.network.manifest import InputSpecification
from dyn_perception.network.model import build_network


def write_random_bundle(
    architecture: str, channels: list[int], folder: Path, side: int = 32
) -> Path:
    """Write an untrained network of four groups for images of side x side; return its folder."""
    torch.manual_seed(0)
    options = {'channels': channels}
    save_bundle(
        build_network(architecture, 4, 10, options).eval(),
        folder,
        name=f'random {architecture}',
        labels=[str(number) for number in range(10)],
        input_specification=InputSpecification(
            height=side, width=side, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
        ),
    )
    return folder
