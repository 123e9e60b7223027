# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""rosbag2 recordings as a source."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from dyn_perception.sources.bag import BagSource
from dyn_perception.sources.frame_source import SourceError

STORE = get_typestore(Stores.ROS2_JAZZY)
IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
STRING = 'std_msgs/msg/String'
STORAGES = (StoragePlugin.MCAP, StoragePlugin.SQLITE3)


def pixels(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8)


def header():
    time = STORE.types['builtin_interfaces/msg/Time'](sec=1, nanosec=2)
    return STORE.types['std_msgs/msg/Header'](stamp=time, frame_id='camera')


def raw_message(bgr: np.ndarray, step: int | None = None):
    """Return a message in rgb8."""
    rgb = np.ascontiguousarray(bgr[..., ::-1]).reshape(-1)
    step = 3 * bgr.shape[1] if step is None else step
    return STORE.types[IMAGE](
        header=header(), height=len(bgr), width=bgr.shape[1], encoding='rgb8',
        is_bigendian=0, step=step, data=rgb,
    )  # fmt: skip


def png_message(bgr: np.ndarray):
    data = cv2.imencode('.png', bgr)[1]
    return STORE.types[COMPRESSED](header=header(), format='png', data=data)


def text_message(text: str):
    return STORE.types[STRING](data=text)


def write_bag(folder: Path, messages, storage: StoragePlugin = StoragePlugin.MCAP) -> Path:
    """Write (topic, message or bytes, type) in order of time."""
    with Writer(folder, version=9, storage_plugin=storage) as writer:
        connections = {}
        for number, (topic, message, kind) in enumerate(messages, start=1):
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            content = message if isinstance(message, bytes) else STORE.serialize_cdr(message, kind)
            writer.write(connections[topic], number, bytes(content))
    return folder


def two_cameras(folder: Path, storage: StoragePlugin = StoragePlugin.MCAP) -> Path:
    messages = []
    for number in range(3):
        messages += [
            ('/left', raw_message(pixels(number)), IMAGE),
            ('/chatter', text_message('hello'), STRING),
            ('/right', png_message(pixels(10 + number)), COMPRESSED),
        ]
    return write_bag(folder, messages, storage)


def storage_file(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if path.suffix in ('.mcap', '.db3'))


@pytest.mark.parametrize('alone', [False, True])
@pytest.mark.parametrize('storage', STORAGES)
@pytest.mark.parametrize(('topic', 'first'), [('/left', 0), ('/right', 10)])
def test_raw_and_compressed_images_of_both_storages(tmp_path, storage, topic, first, alone):
    path = two_cameras(tmp_path / 'bag', storage)
    source = BagSource(storage_file(path) if alone else path, topic)
    for _ in range(2):
        frames = list(source)
        expected = [pixels(first + number) for number in range(3)]
        np.testing.assert_array_equal([frame.image for frame in frames], expected)
        assert frames[1].name.endswith(f'topic {topic} message 2')
        assert {frame.label for frame in frames} == {''}
        source.rewind()
    assert source.labels == ()


def test_the_only_image_topic_is_found(tmp_path):
    path = write_bag(
        tmp_path / 'bag',
        [('/chatter', text_message('x'), STRING), ('/image', raw_message(pixels(1)), IMAGE)],
    )
    frame = BagSource(path).read()
    assert frame is not None
    np.testing.assert_array_equal(frame.image, pixels(1))


def test_several_image_topics_are_listed(tmp_path):
    with pytest.raises(SourceError, match=r'2 topics with images: set the topic .*/left, /right'):
        BagSource(two_cameras(tmp_path / 'bag'))


@pytest.mark.parametrize('topic', ['/chatter', '/nothing'])
def test_a_topic_without_images_is_refused(tmp_path, topic):
    with pytest.raises(
        SourceError, match=r'choose /left or /right; .*/chatter \(std_msgs'
    ) as error:
        BagSource(two_cameras(tmp_path / 'bag'), topic)
    assert repr(topic) in str(error.value)


def test_a_bag_without_images_is_refused(tmp_path):
    path = write_bag(tmp_path / 'bag', [('/chatter', text_message('x'), STRING)])
    with pytest.raises(SourceError, match=r'no topic with images, but /chatter .*give a bag with'):
        BagSource(path)


def test_damaged_images_are_left_out_with_a_warning(tmp_path, caplog):
    good = raw_message(pixels(1))
    content = bytes(STORE.serialize_cdr(good, IMAGE))
    path = write_bag(
        tmp_path / 'bag',
        [
            ('/image', raw_message(pixels(1), step=5), IMAGE),
            ('/image', content[: len(content) // 2], IMAGE),
            ('/image', b'', IMAGE),
            ('/image', good, IMAGE),
        ],
    )
    source = BagSource(path)
    for _ in range(2):
        frames = list(source)
        assert [frame.name.endswith('message 4') for frame in frames] == [True]
        source.rewind()
    assert len(caplog.records) == 3
    assert 'message 1 is left out: step 5 is too small' in caplog.records[0].getMessage()
    assert 'message 2' in caplog.records[1].getMessage()


def test_only_damaged_images_are_an_error(tmp_path):
    path = write_bag(tmp_path / 'bag', [('/image', raw_message(pixels(1), step=5), IMAGE)])
    with pytest.raises(SourceError, match='no readable image'):
        BagSource(path).read()


@pytest.mark.parametrize('storage', STORAGES)
@pytest.mark.parametrize('keep', [0.0, 0.5])
@pytest.mark.parametrize('alone', [False, True])
def test_a_truncated_bag_is_an_error(tmp_path, storage, keep, alone):
    path = two_cameras(tmp_path / 'bag', storage)
    file = storage_file(path)
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(SourceError):
        list(BagSource(file if alone else path, '/left'))


def test_a_bag_with_broken_metadata_is_an_error(tmp_path):
    path = two_cameras(tmp_path / 'bag')
    (path / 'metadata.yaml').write_text('rosbag2_bagfile_information: {version: [}')
    with pytest.raises(SourceError, match=r'no readable rosbag2 recording .*metadata\.yaml'):
        BagSource(path)
