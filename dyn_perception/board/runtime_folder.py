# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a program keeps what has to outlive it until the next boot.

Not in XDG_RUNTIME_DIR: that goes with the user's last session, the clock limits do not.
"""

import os
import stat
import tempfile
from pathlib import Path

FOLDER_VARIABLE = 'DYN_PERCEPTION_RUNTIME_DIR'
"""Environment variable that names another folder."""

_SYSTEM_FOLDER = Path('/run/dyn_perception')


class RuntimeFolderError(Exception):
    """There is no folder that only trusted users can write to."""


def runtime_folders() -> tuple[Path, ...]:
    """Return the folders to look into, the preferred one first."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return (Path(named),)
    return _SYSTEM_FOLDER, Path(tempfile.gettempdir(), f'dyn_perception-{os.geteuid()}')


def is_trusted(folder: Path) -> bool:
    """Whether nobody but this user, root and the group that root chose can put files there."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode) or status.st_mode & stat.S_IWOTH:
        return False
    if status.st_uid == 0:
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & stat.S_IWGRP


def make_runtime_folder(folders: tuple[Path, ...] | None = None) -> Path:
    """Return the first of the folders that this process can use; make it where it is missing.

    Raises:
        RuntimeFolderError: if there is none.
    """
    reasons = []
    for folder in runtime_folders() if folders is None else folders:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            reasons.append(f'{folder}: {error.strerror}')
            continue
        if not is_trusted(folder):
            reasons.append(f'{folder} is a link, or others can write to it')
        elif not os.access(folder, os.W_OK | os.X_OK):
            reasons.append(f'{folder} cannot be written')
        else:
            return folder
    raise RuntimeFolderError(
        f'no folder for the record of changed limits ({"; ".join(reasons)}): '
        f'name one of your own with {FOLDER_VARIABLE}'
    )
