# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which record of changed limits is to be written, and which of those found are to be believed."""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dyn_perception.board.runtime_folder import RuntimeFolderError, make_runtime_folder
from dyn_perception.board.state_file import (
    SavedLimit,
    SavedLimits,
    StateFile,
    StateFileError,
    read_boot_id,
)

_logger = logging.getLogger(__name__)


class LimitRecord:
    """The record of the limits that are changed on one board now."""

    def __init__(self, root: Path, model: str, folders: tuple[Path, ...]) -> None:
        """Name the board; nothing is read or written yet.

        Args:
            root: its resolved folder.
            model: what it is called.
            folders: where the record may be, the preferred one first.
        """
        self._root = root
        self._model = model
        self._folders = folders
        self._file: StateFile | None = None

    def save(self, changes: Mapping[str, SavedLimit]) -> None:
        """Replace the record; without changes there is none.

        Raises:
            OSError: if it cannot be written.
        """
        if not changes:
            if self._file is not None:
                self._file.remove()
                self._file = None
            return
        if self._file is None:
            try:
                self._file = StateFile(make_runtime_folder(self._folders), self._root)
            except RuntimeFolderError as error:
                raise OSError(str(error)) from error
        self._file.save(
            SavedLimits(
                boot_id=read_boot_id(self._root),
                board=self._model,
                root=os.fspath(self._root),
                limits=dict(changes),
            )
        )

    def load(self) -> Iterator[Mapping[str, SavedLimit]]:
        """Yield what earlier runs left, from each folder, and go on with that record.

        Records that must not be believed are discarded with a warning.
        """
        for folder in self._folders:
            file = StateFile(folder, self._root)
            try:
                saved = file.load()
                if saved is None:
                    continue
                self._check_origin(saved)
            except (StateFileError, OSError) as error:
                _logger.warning(
                    'the record of changed limits %s is discarded: %s; look whether the limits '
                    'are as you want them', file.path, error,
                )  # fmt: skip
                _discard(file)
                continue
            self._file = file
            yield saved.limits

    def _check_origin(self, saved: SavedLimits) -> None:
        if saved.boot_id != read_boot_id(self._root):
            raise StateFileError('it is from before the board was started last')
        if saved.root != os.fspath(self._root):
            raise StateFileError(f'it is of another root, {saved.root}')
        if saved.board != self._model:
            raise StateFileError(f'it is of another board, {saved.board!r}')


def _discard(file: StateFile) -> None:
    try:
        file.remove()
    except OSError as error:
        _logger.warning('%s', error)
