# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From what a user calls a source to the source."""

import re
from pathlib import Path

from dyn_perception.datasets.cifar10 import is_cifar10_folder
from dyn_perception.sources.camera import CameraSource
from dyn_perception.sources.cifar10 import Cifar10Source
from dyn_perception.sources.folder import FolderSource
from dyn_perception.sources.frame_source import FrameSource, SourceError
from dyn_perception.sources.video import VideoSource

_CAMERA = re.compile(r'camera:(?P<number>\d{1,3})|(?P<path>/dev/video\d+)')
_BAG_SUFFIXES = frozenset({'.mcap', '.db3'})
_BAG_METADATA = 'metadata.yaml'


def open_source(source: str, *, topic: str = '') -> FrameSource:
    """Open a source of frames, whatever it is.

    Args:
        source: a folder of images or of class folders, a video file, a camera (`camera:0` or
            `/dev/video0`), a rosbag2 folder or file, or a folder with CIFAR-10.
        topic: image topic of a bag; '' for the only one there is.

    Raises:
        SourceError: if it does not exist, is none of these, or holds no image.
    """
    path = Path(source).expanduser()
    camera = _CAMERA.fullmatch(source)
    if camera is None and not (source and path.exists()):
        raise SourceError(
            f'source {source!r} does not exist: give a folder of images or of class folders, '
            'a video file, a camera (camera:0 or /dev/video0), a rosbag2 folder or file, or a '
            'folder with CIFAR-10'
        )
    if camera is None and _is_bag(path):
        # Only here, since the library takes half a second to load.
        from dyn_perception.sources.bag import BagSource

        return BagSource(path, topic)
    if topic:
        raise SourceError(f'topic {topic!r} is set but {source} is no bag: leave the topic empty')
    if camera is not None:
        return CameraSource(camera['path'] or int(camera['number']))
    if not path.is_dir():
        return VideoSource(path)
    return Cifar10Source(path) if is_cifar10_folder(path) else FolderSource(path)


def _is_bag(path: Path) -> bool:
    if path.is_dir():
        return (path / _BAG_METADATA).is_file()
    return path.suffix in _BAG_SUFFIXES
