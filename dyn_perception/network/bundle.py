# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A trained network on disk, read without torch and without ever loading a pickle."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import (
    MANIFEST_FILE,
    WEIGHTS_FILE,
    FileEntry,
    Manifest,
    onnx_file_name,
    parse_manifest,
)

__all__ = ['Bundle', 'BundleError', 'load_bundle']

_MANIFEST_LIMIT = 16 * 2**20
_PICKLE_SUFFIXES = frozenset(
    {'.pkl', '.pickle', '.pt', '.pth', '.joblib', '.npy', '.npz', '.ckpt'}
)


@dataclass(frozen=True)
class Bundle:
    """A bundle whose files were found complete, with the sizes the manifest states.

    The content of a file is checked against its SHA-256 each time it is read, and what was
    checked is what is returned.
    """

    path: Path
    manifest: Manifest

    def onnx_file(self, group: int) -> bytes:
        """Return the checked content of `group_<group>.onnx`, group 1...groups.

        Raises:
            BundleError: if the group does not exist, or the file was changed.
        """
        if not 1 <= group <= self.manifest.groups:
            raise BundleError(
                f'group {group} is out of range 1...{self.manifest.groups}: '
                f'{self.path} has {self.manifest.groups} groups'
            )
        name = onnx_file_name(group)
        return _read_checked(self.path / name, self.manifest.files[name])

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the checked weights by name, `group_<g>.<path in the branch>`.

        Raises:
            BundleError: if the file was changed or is no safetensors file.
        """
        path = self.path / WEIGHTS_FILE
        try:
            return safetensors.numpy.load(_read_checked(path, self.manifest.files[WEIGHTS_FILE]))
        except (SafetensorError, ValueError, KeyError) as error:
            raise BundleError(
                f'{path} is no safetensors file ({error}): export or copy the bundle again'
            ) from error

    def verify(self) -> None:
        """Check the content of every file.

        Raises:
            BundleError: naming the first file that differs from the manifest.
        """
        for name, entry in self.manifest.files.items():
            _read_checked(self.path / name, entry)


def load_bundle(path: str | os.PathLike[str]) -> Bundle:
    """Open a bundle: read its manifest and find its files with the stated sizes.

    Raises:
        BundleError: if the folder or a file is missing or truncated, the format is newer or
            broken, or a pickle lies in the folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise BundleError(
            f'{folder} is not a folder: give the path of a bundle, a folder with {MANIFEST_FILE}'
        )
    manifest_path = folder / MANIFEST_FILE
    if not manifest_path.exists() and (folder / 'training').is_dir():
        raise BundleError(
            f'{folder} holds a training that is not finished: give the same train command again'
        )
    try:
        if manifest_path.stat().st_size > _MANIFEST_LIMIT:
            raise BundleError(
                f'{manifest_path} is larger than {_MANIFEST_LIMIT} bytes: it is no manifest'
            )
        text = manifest_path.read_bytes()
    except OSError as error:
        raise BundleError(
            f'{manifest_path} cannot be read ({error.strerror}): a bundle holds {MANIFEST_FILE}, '
            'copy or export it again'
        ) from error
    manifest = parse_manifest(text, str(manifest_path))
    for name, entry in manifest.files.items():
        _check_size(folder / name, entry)
    _refuse_pickles(folder, manifest)
    return Bundle(folder, manifest)


def _check_size(path: Path, entry: FileEntry) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BundleError(
            f'{path} is missing ({error.strerror}): the manifest lists it; copy the whole bundle'
        ) from error
    if size != entry.bytes:
        raise BundleError(
            f'{path} has {size} bytes, the manifest says {entry.bytes}: it is truncated or '
            'changed; copy the bundle again'
        )


def _read_checked(path: Path, entry: FileEntry) -> bytes:
    _check_size(path, entry)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f'{path} cannot be read ({error.strerror}): check its rights') from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise BundleError(
            f'{path} has SHA-256 {digest[:12]}..., the manifest says {entry.sha256[:12]}...: '
            'it was changed; copy or export the bundle again'
        )
    return content


def _refuse_pickles(folder: Path, manifest: Manifest) -> None:
    """Refuse pickles and archives of them, although nothing here would load one."""
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        listed = path.name in manifest.files or path.name == MANIFEST_FILE
        if path.suffix.lower() in _PICKLE_SUFFIXES or (listed and _starts_like_pickle(path)):
            raise BundleError(
                f'{path} is, or may hold, a pickle, which can run code: a bundle holds JSON, '
                'safetensors and ONNX only; delete it or export the bundle again'
            )


def _starts_like_pickle(path: Path) -> bool:
    with path.open('rb') as file:
        start = file.read(4)
    binary_protocol = len(start) >= 2 and start[0] == 0x80 and 2 <= start[1] <= 5
    return binary_protocol or start == b'PK\x03\x04'


def file_entry(content: bytes) -> FileEntry:
    """Return size and digest of a file's content."""
    return FileEntry(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def safe_metadata(value: object) -> dict[str, object]:
    """Return `value` as what JSON keeps of it, so that a manifest reads back equal."""
    result: dict[str, object] = json.loads(json.dumps(value))
    return result
