# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""rosbag2 recordings of images, read without ROS."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore
from rosbags.typesys.store import Typestore

from dyn_perception.images.decoding import EncodedImage, ImageError, RawImage, decode_image
from dyn_perception.sources.frame_source import SourceError, SourceFrame
from dyn_perception.sources.stored_source import Entries, StoredSource, UnreadableImage

_IMAGE = 'sensor_msgs/msg/Image'
_COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'


class BagSource(StoredSource):
    """The images of one topic of a bag, raw or compressed, in order of time, without labels.

    Definitions of other messages in the bag are not needed and not read.
    """

    def __init__(self, path: Path, topic: str = '') -> None:
        """Choose the topic.

        Args:
            path: folder of the bag, or its only .mcap or .db3 file.
            topic: with images; '' for the only one there is.

        Raises:
            SourceError: if the bag cannot be read, or the topic is not there or not clear.
        """
        self._path = path
        self._topic = topic
        with self._opened() as reader:
            self._topic = _choose_topic(reader.connections, topic, path)
        super().__init__(f'{path} topic {self._topic}')

    def _entries(self) -> Entries:
        with self._opened() as reader:
            connections = [item for item in reader.connections if item.topic == self._topic]
            messages = reader.messages(connections=connections)
            for number, (connection, _, content) in enumerate(messages, start=1):
                name = f'{self._place} message {number}'
                try:
                    image = _image_of(content, connection.msgtype)
                    frame = SourceFrame(decode_image(image), '', name)
                except ImageError as error:
                    yield UnreadableImage(name, str(error))
                else:
                    yield frame

    @contextmanager
    def _opened(self) -> Iterator[Reader]:
        try:
            with Reader(self._path) as reader:
                yield reader
        except SourceError:
            raise
        except Exception as error:  # damaged bags raise what their storage happens to raise
            raise SourceError(
                f'{self._path} is no readable rosbag2 recording ({type(error).__name__}: {error}):'
                ' give its folder with metadata.yaml, or a whole .mcap or .db3 file'
            ) from error


@cache
def _typestore() -> Typestore:
    """Return message definitions; those of images are the same in all distributions."""
    return get_typestore(Stores.ROS2_JAZZY)


def _image_of(content: bytes, message_type: str) -> RawImage | EncodedImage:
    try:
        message: Any = _typestore().deserialize_cdr(content, message_type)
    except Exception as error:  # damaged messages raise what their bytes happen to lead to
        raise ImageError(
            f'message of {len(content)} bytes is no {message_type} ({type(error).__name__}: '
            f'{error}): record the bag again'
        ) from error
    if message_type == _COMPRESSED_IMAGE:
        return EncodedImage(message.format, message.data)
    return RawImage(
        message.height,
        message.width,
        message.encoding,
        bool(message.is_bigendian),
        message.step,
        message.data,
    )


def _choose_topic(connections: list[Connection], topic: str, path: Path) -> str:
    types = {item.topic: item.msgtype for item in connections}
    images = sorted(name for name in types if types[name] in (_IMAGE, _COMPRESSED_IMAGE))
    found = ', '.join(f'{name} ({types[name]})' for name in sorted(types)) or 'nothing'
    if not images:
        raise SourceError(
            f'{path} has no topic with images, but {found}: give a bag with {_IMAGE} or '
            f'{_COMPRESSED_IMAGE}'
        )
    if topic and topic not in images:
        raise SourceError(
            f'topic {topic!r} holds no images in {path}: choose {" or ".join(images)}; '
            f'the bag has {found}'
        )
    if not topic and len(images) > 1:
        raise SourceError(
            f'{path} has {len(images)} topics with images: set the topic to one of '
            f'{", ".join(images)}'
        )
    return topic or images[0]
