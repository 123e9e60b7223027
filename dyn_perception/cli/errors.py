# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which errors end a command with one line instead of a traceback."""

import errno

from pydantic import ValidationError

from dyn_perception.board.errors import BoardError
from dyn_perception.datasets.errors import DataError
from dyn_perception.inference.errors import EngineError
from dyn_perception.network.errors import BundleError, NetworkError
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.share import ShareError
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.training.errors import TrainingError


class UsageError(Exception):
    """Options that do not fit together or are out of range."""


class PictureError(Exception):
    """A picture that cannot be drawn; the text says why and what to do."""


EXPECTED_ERRORS = (
    BoardError, BundleError, DataError, EngineError, ModuleNotFoundError, NetworkError, OSError,
    PictureError, ProfileError, ShareError, SimulationError, TrainingError,
)  # fmt: skip


def describe(error: BaseException) -> str:
    """Return an error's text with its remedy."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (
            f'the disk is full ({error}): the last checkpoint is kept; free some space and give '
            'the same command again to go on'
        )
    if isinstance(error, ModuleNotFoundError):
        return (
            f'{error}: this command needs the training packages; '
            'install them with: pip install "dyn_perception[train]"'
        )
    return str(error)


def usage_error(error: ValidationError) -> UsageError:
    """Turn a broken rule of a settings object into one line, value and rule."""
    lines = []
    for item in error.errors():
        name = '.'.join(map(str, item['loc']))
        lines.append(f'{name} = {item["input"]!r}: {item["msg"]}' if name else str(item['msg']))
    return UsageError('; '.join(lines))
