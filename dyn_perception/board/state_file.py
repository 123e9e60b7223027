# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The record of changed limits that outlives the process: what was there before, what was set."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dyn_perception.board.runtime_folder import is_trusted

_LARGEST_BYTES = 64 * 1024
_BOOT_ID = 'proc/sys/kernel/random/boot_id'

HIGHEST_MHZ = 1e6
"""Higher clocks are none."""

Clock = Annotated[float, Field(gt=0, le=HIGHEST_MHZ, allow_inf_nan=False)]


class StateFileError(Exception):
    """A record that must not be used; the text says why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra='forbid', frozen=True, strict=True)


class SavedLimit(_Strict):
    """One limit that was changed.

    Attributes:
        original_mhz: what was there before.
        applied_mhz: what may have been put there since; whatever else is there is not ours.
    """

    original_mhz: Clock
    applied_mhz: Annotated[tuple[Clock, ...], Field(min_length=1, max_length=8, strict=False)]


class SavedLimits(_Strict):
    """All limits of a board that were changed, by actuator.

    Attributes:
        boot_id: the boot that they belong to; another one has put them back by itself.
        board: model of the board.
        root: folder of the board.
    """

    format_version: Literal[1] = 1
    boot_id: str = Field(min_length=1, max_length=100)
    board: str = Field(max_length=1000)
    root: str = Field(max_length=10000)
    limits: Annotated[dict[str, SavedLimit], Field(max_length=1000)]


def read_boot_id(root: Path) -> str:
    """Return what changes with each boot of a board, the machine's own where it has no such file.

    Raises:
        OSError: if neither can be read.
    """
    for path in (root / _BOOT_ID, Path('/', _BOOT_ID)):
        try:
            with path.open(errors='replace') as file:
                if text := file.read(100).strip():
                    return text
        except FileNotFoundError:
            continue
    raise OSError(f'/{_BOOT_ID} is empty')


class StateFile:
    """The record of one root in one folder."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Name the folder and the resolved root; nothing is read or written yet."""
        key = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        self.path = folder / f'limits-{key}.json'

    def load(self) -> SavedLimits | None:
        """Return the record, None where there is none.

        Raises:
            StateFileError: if it is damaged or somebody else may have written it.
            OSError: if it cannot be read.
        """
        if not is_trusted(self.path.parent):
            return None
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path, flags)
        except FileNotFoundError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise StateFileError('it is no regular file')
            content = os.read(descriptor, _LARGEST_BYTES + 1)
        finally:
            os.close(descriptor)
        if len(content) > _LARGEST_BYTES:
            raise StateFileError(f'it is larger than {_LARGEST_BYTES} bytes')
        try:
            return SavedLimits.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = '.'.join(map(str, first['loc']))
            raise StateFileError(f'it is damaged ({place or "JSON"}: {first["msg"]})') from error

    def save(self, saved: SavedLimits) -> None:
        """Replace the record as a whole; it is on the disk when this returns.

        Raises:
            OSError: if it cannot be written; the former record is still there then.
        """
        temporary = self.path.with_suffix('.new')
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600)
        try:
            with os.fdopen(descriptor, 'wb') as file:
                # In a folder that root gave to a group, the next monitor may be another member.
                is_shared = self.path.parent.stat().st_mode & stat.S_IWGRP
                os.fchmod(descriptor, 0o660 if is_shared else 0o600)
                file.write(saved.model_dump_json(indent=1).encode())
                file.flush()
                os.fsync(descriptor)
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def remove(self) -> None:
        """Remove the record if there is one.

        Raises:
            OSError: if it cannot be removed.
        """
        self.path.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
