# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where and of what the figures were measured."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmark import ROOT

_LIBRARIES = ('numpy', 'onnxruntime', 'onnxruntime-gpu', 'opencv-python-headless', 'torch')


def describe_machine() -> dict[str, object]:
    """Return processor, memory, load and versions of what was used."""
    return {
        'processor': _processor(),
        'cores': len(os.sched_getaffinity(0)),
        'memory_bytes': os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES'),
        'gpus': find_gpu_names(),
        'load_average': os.getloadavg()[0],
        'kernel': platform.release(),
        'python': platform.python_version(),
        'ros_distro': os.environ.get('ROS_DISTRO', _installed_distro()),
        'libraries': {name: _version(name) for name in _LIBRARIES},
    }


def describe_commit() -> str:
    """Return the commit of the checkout, with `-dirty` if files differ; '' outside of git."""
    command = ['git', 'describe', '--always', '--abbrev=40', '--exclude=*', '--dirty']
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:  # no git here
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''


def _processor() -> str:
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        name, _, value = line.partition(':')
        if name.strip() in ('model name', 'Model'):  # x86, Arm
            return value.strip()
    return platform.machine()


def find_gpu_names(root: Path = Path('/')) -> list[str]:
    """Return the models of NVIDIA's GPUs; of a Jetson, which has one on its chip, the board's."""
    names = []
    for path in sorted(root.glob('proc/driver/nvidia/gpus/*/information')):
        for line in path.read_text().splitlines():
            name, _, value = line.partition(':')
            if name == 'Model':
                names.append(value.strip())
    model = root / 'proc/device-tree/model'
    if not names and model.exists():
        board = model.read_text().strip('\0 \n')
        return [board] if 'NVIDIA' in board else []
    return names


def _installed_distro() -> str:
    """Return the distribution that the wheels in this environment are of."""
    return next((distro for distro in ('jazzy', 'kilted') if _version(f'ros-{distro}-rclpy')), '')


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ''
