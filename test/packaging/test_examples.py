# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The examples in the documents run as they stand."""

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from support.examples import python_examples, write_example

ROOT = Path(__file__).resolve().parents[2]
CAT = 'resource/frames/cifar10/cat/0003_test_08786.png'


def run_example(code: str, script: Path, folder: Path) -> str:
    """Run an example in a folder and return its output; neither ROS nor torch may be loaded."""
    command = [sys.executable, write_example(code, script)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    (code,) = python_examples('README.md')
    assert len(code.splitlines()) <= 12
    whole, narrow, in_time = run_example(code, tmp_path / 'example.py', ROOT).splitlines()
    assert "label='cat'" in whole and 'width_run=4' in whole
    assert 'width=1, width_run=1' in narrow
    assert in_time.startswith('cat ')


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder with the image and the video that the examples read."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    shutil.copy(ROOT / CAT, folder / 'image.png')
    image = cv2.resize(np.asarray(cv2.imread(str(ROOT / CAT))), (320, 240))
    codec = cv2.VideoWriter.fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(folder / 'video.avi'), codec, 30, (320, 240))
    for _ in range(60):
        writer.write(image)
    writer.release()
    return folder


def test_the_examples_of_the_guide(tmp_path: Path, pictures: Path) -> None:
    model, loop = python_examples('doc/python.md')
    lines = run_example(model, tmp_path / 'model.py', pictures).splitlines()
    assert 'airplane' in lines[0] and len(lines) == 5
    decisions = run_example(loop, tmp_path / 'loop.py', pictures).splitlines()
    assert decisions[0].startswith('width ') and ' on cpu' in decisions[0]
