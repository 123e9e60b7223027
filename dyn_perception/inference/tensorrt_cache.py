# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder in which TensorRT keeps the engines that it has built.

    $XDG_CACHE_HOME/dyn_perception/tensorrt/            timings, shared by all models
      <SHA-256 of the ONNX file>/batch_<N>/             engines for 1...N regions

Without XDG_CACHE_HOME it is ~/.cache (XDG Base Directory Specification 0.8). An engine is code
that runs on the GPU and is loaded without a check, so nobody else may be able to write there.

A model has a folder of its own since ONNX Runtime names an engine after the names in the model,
not after its weights: all groups of a network would get that of the first one
(https://github.com/microsoft/onnxruntime/issues/6455). ONNX Runtime puts its own version, those of
CUDA and TensorRT, and the kind of GPU into the name.
"""

import hashlib
import os
import stat
from pathlib import Path

from dyn_perception.inference.errors import EngineError

_VARIABLE = 'XDG_CACHE_HOME'
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def timing_folder() -> Path:
    """Return the folder for the timings of layers; it exists and only this user can write there.

    Raises:
        EngineError: if there can be no such folder.
    """
    return _private_folder('dyn_perception', 'tensorrt')


def engine_folder(content: bytes, largest_batch: int) -> Path:
    """Return the folder for the engines of a model, as `timing_folder` does.

    Args:
        content: of the ONNX file.
        largest_batch: that the engines are built for.

    Raises:
        EngineError: if there can be no such folder.
    """
    digest = hashlib.sha256(content).hexdigest()
    return _private_folder('dyn_perception', 'tensorrt', digest, f'batch_{largest_batch}')


def _private_folder(*names: str) -> Path:
    folder = Path(os.environ.get(_VARIABLE, ''))
    try:
        if not folder.is_absolute():  # relative ones are to be ignored
            folder = Path.home() / '.cache'
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            folder /= name
            folder.mkdir(mode=0o700, exist_ok=True)
            _check(folder)
    except (OSError, RuntimeError) as error:  # RuntimeError: this user has no home
        raise EngineError(
            f'TensorRT cannot keep its engines in {folder} ({error}): set {_VARIABLE} to a folder '
            'that this user can write to'
        ) from error
    return folder


def _check(folder: Path) -> None:
    """Refuse a folder into which somebody else could put an engine."""
    status = folder.lstat()
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not is_own or status.st_mode & _OTHERS_MAY_WRITE:
        raise EngineError(
            f'{folder} is not a folder of this user that nobody else can write to: engines of '
            f'TensorRT in it would run unchecked; remove it, or set {_VARIABLE} to another folder'
        )
