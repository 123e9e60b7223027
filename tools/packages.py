# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Which Python packages an environment gets."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from environment import ROOT, Environment

# Paths of the machine that built the ROS 2 wheels, left behind in their CMake files.
BUILD_HOST_INCLUDE = re.compile(r'/opt/python/cp\d+-cp\d+/include/python3\.\d+')
BUILD_HOST_NUMPY = re.compile(
    r'/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/_?core/include'
)


def required_packages(environment: Environment, files: Iterable[str]) -> list[str]:
    """Return the lines of requirements files, less what an installed ROS 2 brings itself.

    The messages and rclpy of an installed ROS 2 are compiled for its NumPy, so that stays.
    """
    lines = [line for name in files for line in _requirement_lines(name)]
    if not environment.installed:
        return lines
    numpy = _ask_python(environment, 'import numpy; print(numpy.__version__)')
    if numpy:
        major = int(numpy.split('.')[0])
        lines = [line for line in lines if not line.startswith('numpy==')]
        lines.append(f'numpy>={numpy},<{major + 1}')
    if _ask_python(environment, 'import cv2; print(cv2.__version__)'):
        lines = [line for line in lines if not line.startswith('opencv-')]
    if shutil.which('cmake'):
        lines = [line for line in lines if not line.startswith('cmake==')]
    return lines


def correct_wheels(environment: Environment) -> None:
    """Put this environment's paths in place of the build host's in the CMake files of ROS 2."""
    include = _ask_python(environment, 'import sysconfig; print(sysconfig.get_path("include"))')
    numpy = _ask_python(environment, 'import numpy; print(numpy.get_include())')
    for path in environment.directory.glob('share/*/cmake/*.cmake'):
        text = path.read_text()
        corrected = BUILD_HOST_NUMPY.sub(numpy, BUILD_HOST_INCLUDE.sub(include, text))
        if corrected != text:
            path.write_text(corrected)


def _requirement_lines(name: str) -> list[str]:
    lines = Path(ROOT, 'requirements', f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def _ask_python(environment: Environment, code: str) -> str:
    """Return what the environment's Python prints, '' if it cannot."""
    done = subprocess.run(
        [str(environment.python), '-c', code],
        env=dict(environment.variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ''
