# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the machine must have before anything is installed, each with the remedy if it has not."""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from environment import ROOT, Environment, SetUpError

APT_PYTHON = f'python{sys.version_info.major}.{sys.version_info.minor}'


def check_prerequisites(environment: Environment) -> None:
    """Look for compiler, Python and ROS 2.

    Raises:
        SetUpError: if something is missing.
    """
    if ' ' in str(ROOT):
        raise SetUpError(
            f'the path of the checkout has a space: {ROOT}: neither make nor the first lines of '
            'scripts can handle that: move the checkout'
        )
    if not any(map(shutil.which, [os.environ.get('CXX', 'c++').split()[0], 'g++', 'clang++'])):
        raise SetUpError('there is no C++ compiler, which builds the messages: apt install g++')
    if importlib.util.find_spec('ensurepip') is None:
        raise SetUpError(f'{sys.executable} has no venv: apt install {APT_PYTHON}-venv')
    if not Path(sysconfig.get_path('include'), 'Python.h').is_file():
        raise SetUpError(
            f'Python.h of {sys.executable} is missing, messages need it: '
            f'apt install {APT_PYTHON}-dev'
        )
    if environment.installed:
        _check_rclpy(environment)
    else:
        _check_wheels()


def _check_rclpy(environment: Environment) -> None:
    done = subprocess.run(
        [sys.executable, '-c', 'import rclpy'],
        env=dict(environment.variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ['no reason given'])[-1]
        raise SetUpError(
            f'{sys.executable} cannot import rclpy of the sourced ROS 2 {environment.distro} '
            f'({reason}): name the interpreter that it was built for: make PYTHON=/usr/bin/python3'
        )


def _check_wheels() -> None:
    system = f'{platform.system()} {platform.machine()}'
    if system != 'Linux x86_64' or not (3, 10) <= sys.version_info[:2] <= (3, 14):
        raise SetUpError(
            f'ROS 2 wheels exist for Linux x86_64 and Python 3.10 to 3.14, this is {system} and '
            f'Python {platform.python_version()}: install ROS 2 and source its setup file'
        )
