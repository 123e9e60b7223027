# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From what a user calls a source to the source."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from dyn_perception.sources.cifar10 import Cifar10Source
from dyn_perception.sources.folder import FolderSource
from dyn_perception.sources.frame_source import SourceError
from dyn_perception.sources.opening import open_source
from support.cifar10 import write_binary


def test_folders_are_told_apart(tmp_path, monkeypatch):
    flat = tmp_path / 'flat'
    flat.mkdir()
    cv2.imwrite(str(flat / '1.png'), np.zeros((2, 2, 3), np.uint8))
    cifar = tmp_path / 'cifar'
    cifar.mkdir()
    write_binary(cifar)
    assert isinstance(open_source(str(flat)), FolderSource)
    assert isinstance(open_source(str(cifar)), Cifar10Source)
    monkeypatch.setenv('HOME', str(tmp_path))
    assert isinstance(open_source('~/flat'), FolderSource)


@pytest.mark.parametrize('name', ['nowhere', '', 'camera:', 'camera:-1', 'camera:x', '/dev/video'])
def test_what_does_not_exist_is_refused(name):
    with pytest.raises(SourceError, match=r'does not exist: give a folder') as caught:
        open_source(name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ('name', 'shown'), [('camera:987', 'camera 987'), ('/dev/video987', 'camera /dev/video987')]
)
def test_cameras_are_recognised(name, shown):
    with pytest.raises(SourceError, match=f'{shown} cannot be opened'):
        open_source(name)


@pytest.mark.parametrize('name', ['bag.mcap', 'bag.db3', 'bag/metadata.yaml'])
def test_bags_are_recognised(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(SourceError, match='no readable rosbag2 recording'):
        open_source(str(path.parent if 'metadata' in name else path))


def test_other_files_are_taken_for_videos(tmp_path):
    path = tmp_path / 'notes.txt'
    path.write_text('no video')
    with pytest.raises(SourceError, match='no readable video'):
        open_source(str(path))


def test_a_topic_for_anything_but_a_bag_is_refused(tmp_path):
    cv2.imwrite(str(tmp_path / '1.png'), np.zeros((2, 2, 3), np.uint8))
    for source in (str(tmp_path), 'camera:987'):
        with pytest.raises(SourceError, match=r"topic '/image' is set but .* is no bag: leave"):
            open_source(source, topic='/image')


def test_sources_need_neither_torch_nor_ros():
    program = (
        'import sys, dyn_perception.sources.opening, dyn_perception.sources.mosaic\n'
        "heavy = {'torch', 'onnx', 'onnxruntime', 'rclpy', 'rosbags'} & set(sys.modules)\n"
        'assert not heavy, heavy\n'
    )
    subprocess.run([sys.executable, '-c', program], check=True, timeout=120)


@pytest.fixture
def shared_data() -> Path:
    """Return the folder beside CIFAR-10 that holds the other real data, or skip."""
    cifar10 = os.environ.get('DYN_PERCEPTION_DATA', '')
    folder = Path(cifar10).parent
    if not cifar10 or not (folder / 'donkeycar').is_dir():
        pytest.skip('donkeycar and driving data are not beside the folder DYN_PERCEPTION_DATA')
    return folder


@pytest.mark.parametrize(
    ('name', 'count', 'shape'),
    [
        ('donkeycar/images', 1000, (120, 160, 3)),
        ('driving/solidWhiteRight.mp4', 221, (540, 960, 3)),
        ('rosbag/donkey_compressed_mcap', 1000, (120, 160, 3)),
    ],
)
def test_real_data(shared_data, name, count, shape):
    source = open_source(str(shared_data / name))
    shapes = [frame.image.shape for frame in source]
    assert shapes == [shape] * count


def test_real_frames_are_the_same_from_folder_and_bag(shared_data):
    folder = open_source(str(shared_data / 'donkeycar/images'))
    bag = open_source(str(shared_data / 'rosbag/donkey_compressed_mcap'))
    for number, (first, second) in enumerate(zip(folder, bag, strict=True)):
        np.testing.assert_array_equal(first.image, second.image)
        if number == 20:
            break
