# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`pip install .`: the parts without ROS and the `dyn-perception` command.

The ROS 2 package, with messages and nodes, is built by colcon from CMakeLists.txt instead.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
SHARE = Path('share/dyn_perception')

# The oldest versions that are expected to work; requirements/ pins those that the tests run with.
RUNTIME = [
    'numpy>=1.26,<3',
    'onnxruntime>=1.18',
    'opencv-python-headless>=4.9,<5',
    'pydantic>=2.7,<3',
    'PyYAML>=6.0',
    'rich>=13.7',
    'rosbags>=0.10',
    'safetensors>=0.4.3',
]
TORCH = ['torch>=2.4']
PLOT = ['matplotlib>=3.8']
TRAIN = [*TORCH, *PLOT, 'onnx>=1.16']
NVIDIA = ['nvidia-ml-py>=12.535']  # desktop GPUs; a Jetson's is read from sysfs


def version() -> str:
    """Return `dyn_perception.__version__` without importing the package."""
    text = (ROOT / 'dyn_perception/__init__.py').read_text()
    return ''.join(re.findall(r"^__version__ = '(.+)'$", text, re.MULTILINE))


def data_files() -> list[tuple[str, Sequence[str]]]:
    """Return what goes into share/dyn_perception: the folders that colcon installs there, too."""
    folders: dict[str, list[str]] = {str(SHARE): ['package.xml']}
    for source in ('config', 'resource/models', 'resource/frames'):
        folder = ROOT / source
        for path in sorted(path for path in folder.rglob('*') if path.is_file()):
            target = SHARE / path.parent.relative_to(folder.parent)
            folders.setdefault(str(target), []).append(str(path.relative_to(ROOT)))
    return [*folders.items()]


setup(
    name='dyn_perception',
    version=version(),
    description='Robotic perception that keeps its frame rate with an adaptive network',
    author='dyn_perception contributors',
    license='Apache-2.0',
    license_files=['LICENSE'],
    python_requires='>=3.10',
    packages=find_packages(
        include=['dyn_perception', 'dyn_perception.*'],
        exclude=[
            f'dyn_perception.{part}{below}' for part in ('nodes', 'demo') for below in ('', '.*')
        ],  # they need ROS
    ),
    package_data={'dyn_perception': ['py.typed']},
    data_files=data_files(),
    install_requires=RUNTIME,
    extras_require={'torch': TORCH, 'train': TRAIN, 'plot': PLOT, 'nvidia': NVIDIA},
    entry_points={'console_scripts': ['dyn-perception = dyn_perception.cli.main:main']},
)
