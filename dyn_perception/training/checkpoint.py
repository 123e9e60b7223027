# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: one safetensors file, replaced as a whole, never a pickle."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from dyn_perception.training.errors import TrainingError

_PROGRESS = 'progress'


@dataclass
class Checkpoint:
    """Where a run is.

    Attributes:
        recipe: the run's settings, as plain values.
        data: what identifies the data set.
        group: group that is trained next, or goes on, 1...groups; groups + 1 when all are done.
        epoch: epochs of that group that are done.
        history: one row an epoch.
        weights: of the whole network, by name.
        momentum: of the group's parameters, by name; empty at the start of a group.
    """

    recipe: dict[str, Any]
    data: dict[str, Any]
    group: int = 1
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    weights: dict[str, Tensor] = field(default_factory=dict)
    momentum: dict[str, Tensor] = field(default_factory=dict)


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint; the old one stays until the new one is safely on the disk.

    Raises:
        OSError: if it cannot be written; the old one is still there then.
    """
    progress = {
        'recipe': checkpoint.recipe,
        'data': checkpoint.data,
        'group': checkpoint.group,
        'epoch': checkpoint.epoch,
        'history': checkpoint.history,
    }
    tensors = {f'weights.{name}': value for name, value in checkpoint.weights.items()}
    tensors |= {f'momentum.{name}': value for name, value in checkpoint.momentum.items()}
    content = safetensors.torch.save(
        {name: value.detach().contiguous() for name, value in tensors.items()},
        metadata={_PROGRESS: json.dumps(progress)},
    )
    replace_file(path, content)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that at any moment the old or the new content is there, whole.

    Raises:
        OSError: if it cannot be written; the old content is still there then.
    """
    waiting = path.with_name(f'.{path.name}.writing')
    try:
        with waiting.open('wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        TrainingError: if it is damaged.
    """
    try:
        with safetensors.safe_open(str(path), 'pt') as file:
            progress = json.loads((file.metadata() or {})[_PROGRESS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Checkpoint(
            recipe=progress['recipe'],
            data=progress['data'],
            group=progress['group'],
            epoch=progress['epoch'],
            history=progress['history'],
            weights=_without_prefix(tensors, 'weights.'),
            momentum=_without_prefix(tensors, 'momentum.'),
        )
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f'{path} is no checkpoint ({type(error).__name__}: {error}): '
            'delete it to start again, or choose another output folder'
        ) from error


def _without_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
