# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which ROS 2 this checkout is built and run with: an installed one, or the one from wheels.

An installed ROS 2 counts if it is sourced, that is, if AMENT_PREFIX_PATH names a prefix outside
this checkout. Then a virtual environment beside it holds what apt does not have. Otherwise the
virtual environment holds ROS 2 itself.
"""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHEEL_DISTROS = {'jazzy': '.venv', 'kilted': '.venv-kilted'}

PATH_VARIABLES = ('AMENT_PREFIX_PATH', 'CMAKE_PREFIX_PATH', 'PYTHONPATH', 'LD_LIBRARY_PATH')
ROS_VARIABLES = (
    *PATH_VARIABLES,
    'COLCON_PREFIX_PATH',
    'PKG_CONFIG_PATH',
    'RMW_IMPLEMENTATION',
    'ROS_DISTRO',
    'ROS_PYTHON_VERSION',
    'ROS_VERSION',
    '_ROS_WHEELS_BOOTSTRAP_COMPLETE',  # of the wheels: LD_LIBRARY_PATH is set already
)
# Kilted and later read the first, Jazzy and Humble only the second.
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')


class SetUpError(Exception):
    """What is asked for cannot be had here; the text says value, rule and remedy."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment of this checkout and the ROS 2 that it goes with."""

    distro: str
    installed: bool  # ROS 2 is installed and sourced, not from wheels
    variables: Mapping[str, str]  # environment variables to run in

    @property
    def directory(self) -> Path:
        """The virtual environment."""
        name = f'.venv-system-{self.distro}' if self.installed else WHEEL_DISTROS[self.distro]
        return ROOT / name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.directory / 'bin' / 'python'

    @property
    def install_base(self) -> Path:
        """Where colcon installs the package: with wheels, the prefix that holds ROS 2 itself."""
        return ROOT / 'install' / self.distro if self.installed else self.directory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the distribution."""
    parser.add_argument(
        '--distro', default='', help='ROS 2 distribution; default: the sourced one, else jazzy'
    )


def find_environment(distro: str, variables: Mapping[str, str] = os.environ) -> Environment:
    """Choose by the wanted distribution ('': any) and what is sourced.

    Raises:
        SetUpError: if there are neither an installed ROS 2 nor wheels of the distribution.
    """
    sourced = variables.get('ROS_DISTRO', '')
    if _outside_checkout(variables.get('AMENT_PREFIX_PATH', '')):
        if not sourced:
            raise SetUpError(
                'AMENT_PREFIX_PATH is set, ROS_DISTRO is not: source the setup file of ROS 2 '
                'itself, or start from a shell in which none is sourced'
            )
        if distro in ('', sourced):
            return _finish(sourced, True, _without_checkout(variables))
    distro = distro or 'jazzy'
    if distro not in WHEEL_DISTROS:
        raise SetUpError(
            f'DISTRO={distro}: there are wheels of {" and ".join(WHEEL_DISTROS)} only; '
            f'for another distribution, install it and source its setup file'
        )
    return _finish(distro, False, {k: v for k, v in variables.items() if k not in ROS_VARIABLES})


def _finish(distro: str, installed: bool, variables: Mapping[str, str]) -> Environment:
    """Add what every command of the environment needs."""
    environment = Environment(distro, installed, dict(variables))
    added = {
        'VIRTUAL_ENV': str(environment.directory),
        'PATH': f'{environment.directory / "bin"}{os.pathsep}{variables.get("PATH", os.defpath)}',
    }
    if not installed:
        prefix = str(environment.directory)
        added |= {
            'AMENT_PREFIX_PATH': prefix,
            'CMAKE_PREFIX_PATH': prefix,
            'ROS_DISTRO': distro,
            'ROS_PYTHON_VERSION': '3',
            'ROS_VERSION': '2',
        }
    if not any(name in variables for name in PROFILE_VARIABLES):
        profile = str(ROOT / 'config' / 'fastdds_profile.xml')
        added |= dict.fromkeys(PROFILE_VARIABLES, profile)
    return Environment(distro, installed, {**variables, **added})


def _outside_checkout(paths: str) -> str:
    """Return a search path without what lies in this checkout, such as our own environments."""
    return os.pathsep.join(
        path
        for path in paths.split(os.pathsep)
        if path and not Path(path).resolve().is_relative_to(ROOT)
    )


def _without_checkout(variables: Mapping[str, str]) -> dict[str, str]:
    cleaned = dict(variables)
    for name in PATH_VARIABLES:
        if name in cleaned:
            cleaned[name] = _outside_checkout(cleaned[name])
    cleaned.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
    return cleaned
