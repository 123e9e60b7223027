# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the files that the package ships are: trained networks, frames, configuration.

They lie in `share/dyn_perception` of the prefix that the package is installed in, by colcon or by
pip, and in `resource/` and `config/` of a source checkout.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

# What names a Fast DDS profile; Kilted and later read the first, Jazzy only the second.
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
# Any of these means that somebody chose the transport.
TRANSPORT_VARIABLES = (*PROFILE_VARIABLES, 'FASTDDS_BUILTIN_TRANSPORTS')

# Not resolved: after a build with --symlink-install the files are links into a checkout.
_PACKAGE = Path(__file__).parent


class ShareError(Exception):
    """A shipped file that is not there; the text says what is."""


def share_directory() -> Path:
    """Return the folder that holds `models/` and `frames/`.

    Raises:
        ShareError: if the package's files are not installed anywhere.
    """
    for prefix in _prefixes():
        folder = prefix / 'share' / 'dyn_perception'
        if (folder / 'package.xml').is_file():
            return folder
    checkout = _checkout()
    if checkout is not None:
        return checkout / 'resource'
    raise ShareError(
        'share/dyn_perception is in no prefix of '
        f'{", ".join(dict.fromkeys(map(str, _prefixes())))}: build the package with colcon and '
        'source its setup file, or install it with pip'
    )


def model_path(name_or_path: str | Path) -> Path:
    """Return the bundle folder of a shipped network, by its name, or of any other, by its path.

    Raises:
        ShareError: if it is neither.
    """
    return _shipped_or_path(share_directory() / 'models', name_or_path, 'model')


def frames_path(name_or_path: str | Path = '') -> Path:
    """Return a shipped set of frames, by its name, or any other, by its path.

    Without a name, return the folder of all shipped sets.

    Raises:
        ShareError: if it is neither.
    """
    folder = share_directory() / 'frames'
    return _shipped_or_path(folder, name_or_path, 'set of frames') if name_or_path else folder


def config_path(name: str) -> Path:
    """Return a shipped configuration file, for example 'fastdds_profile.xml'.

    Raises:
        ShareError: if there is none of that name.
    """
    share = share_directory()
    folder = share / 'config' if (share / 'package.xml').is_file() else share.parent / 'config'
    path = folder / name
    if not path.is_file():
        raise ShareError(f'there is no configuration {name!r}: {folder} has {_names(folder)}')
    return path


def _prefixes() -> Iterator[Path]:
    yield from _PACKAGE.parents
    for prefix in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep):
        if prefix:
            yield Path(prefix)
    yield Path(sys.prefix)


def _checkout() -> Path | None:
    folder = _PACKAGE.parent
    return folder if (folder / 'package.xml').is_file() else None


def _shipped_or_path(folder: Path, name_or_path: str | Path, kind: str) -> Path:
    shipped = folder / name_or_path
    if shipped.parent == folder and shipped.is_dir():
        return shipped
    path = Path(name_or_path).expanduser()
    if str(name_or_path) and path.exists():
        return path
    raise ShareError(
        f'{kind} {str(name_or_path)!r} is neither a path that exists nor shipped: '
        f'{folder} has {_names(folder, folders_only=True)}'
    )


def _names(folder: Path, *, folders_only: bool = False) -> str:
    paths = folder.iterdir() if folder.is_dir() else ()
    names = sorted(path.name for path in paths if path.is_dir() or not folders_only)
    return ', '.join(names) or 'nothing'
