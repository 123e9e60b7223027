# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The image_source node over real DDS, as a process of its own."""

import signal
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.msg import Truth
from support.fake_camera import PLUG_VARIABLE
from support.images import random_pixels
from support.node_process import NodeProcess
from support.ros_client import RosClient, stamp_ns

StartNode = Callable[..., NodeProcess]
DEPTH = 200


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """Return class folders with images; all pixels of number n are n."""
    for number in range(20):
        path = tmp_path / 'frames' / ('cat', 'dog')[number % 2] / f'{number}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((24, 32, 3), number, np.uint8))
    return tmp_path / 'frames'


def start_slowly(
    start_node: StartNode, source: Path, arguments: Sequence[str] = (), **parameters: Any
) -> NodeProcess:
    """Start a node that waits after its first image until the rate is set."""
    # The last images are kept until a subscriber on a busy machine has them.
    depth = {'qos_overrides./image_raw.publisher.depth': DEPTH}
    parameters = {'source': str(source), 'rate_hz': 0.01, **depth, **parameters}
    process = start_node('image_source', parameters=parameters, arguments=arguments)
    process.wait_for_line('at 0.01 Hz')
    return process


def test_images_come_with_their_truth(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    start_slowly(start_node, frames, frame_id='front')
    images = client.listen(Image, 'image_raw')
    truths = client.listen(Truth, 'image_source/truth')
    assert client.set_parameters('image_source', rate_hz=200.0).successful
    matched: dict[int, Image] = {}
    labels: dict[int, list[str]] = {}

    def match() -> bool:
        labels.update((stamp_ns(truth), truth.labels) for truth in truths)
        matched.update((stamp_ns(image), image) for image in images if stamp_ns(image) in labels)
        return len(matched) > 40

    client.spin_until(match, 'images with their truth')
    for stamp, image in matched.items():
        assert (image.height, image.width, image.encoding, image.step) == (24, 32, 'bgr8', 96)
        assert image.header.frame_id == 'front'
        assert labels[stamp] == [('cat', 'dog')[image.data[0] % 2]]
    numbers = [image.data[0] for image in images]
    assert all((b - a) % 20 == 1 for a, b in pairwise(numbers))


def test_every_image_reaches_a_reliable_subscriber_before_the_end(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    process = start_slowly(start_node, frames, loop=False, image_size=[640, 480])
    images = client.listen(Image, 'image_raw')
    client.set_parameters('image_source', rate_hz=50)
    client.spin_until(lambda: not process.is_running(), 'the end of the source')
    client.spin_until(lambda: len(images) == 19, 'every image but the first')
    assert [image.data[0] for image in images] == list(range(1, 20))
    assert (images[0].height, images[0].width) == (480, 640)
    assert process.wait() == 0
    assert [line for line in process.lines if 'after 20 images' in line]


def test_integers_are_taken_for_real_numbers(
    start_node: StartNode, frames: Path, client: RosClient, tmp_path: Path
) -> None:
    path = tmp_path / 'params.yaml'
    path.write_text(f'/**:\n  ros__parameters:\n    source: {frames}\n    rate_hz: 30\n')
    process = start_node('image_source', arguments=['--params-file', str(path)])
    process.wait_for_line('at 30 Hz')
    assert client.get_parameters('image_source', 'rate_hz') == [30.0]
    assert client.set_parameters('image_source', rate_hz=5).successful
    assert client.get_parameters('image_source', 'rate_hz') == [5.0]
    answer = client.set_parameters('image_source', rate_hz=0)
    assert answer.reason == ('rate_hz 0.0 is out of range 0.01...1000 Hz: use a value within it')
    assert client.get_parameters('image_source', 'rate_hz') == [5.0]


def test_jpeg_is_published_beside_the_raw_image(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    start_slowly(start_node, frames, ['-r', 'image_raw:=/front/image', '-r', '__ns:=/robot'])
    images = client.listen(CompressedImage, '/front/image/compressed')
    client.set_parameters('/robot/image_source', rate_hz=50)
    client.spin_until(lambda: bool(images), 'a JPEG')
    assert 'jpeg' in images[0].format
    pixels = cv2.imdecode(np.frombuffer(images[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape == (24, 32, 3)


def test_mosaic_has_a_label_for_each_cell(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    start_slowly(start_node, frames, mosaic=[2, 3], image_size=[96, 48])
    images = client.listen(Image, 'image_raw')
    truths = client.listen(Truth, 'image_source/truth')
    client.set_parameters('image_source', rate_hz=50)
    client.spin_until(lambda: len(images) > 5 and len(truths) > 5, 'images')
    truth = next(truth for truth in truths if '' not in truth.labels)
    assert (truth.rows, truth.columns, len(truth.labels)) == (2, 3, 6)
    image = next(image for image in images if image.header.stamp == truth.header.stamp)
    pixels = np.frombuffer(image.data, np.uint8).reshape(48, 96, 3)
    cells = [pixels[row * 24, column * 32, 0] for row in range(2) for column in range(3)]
    assert truth.labels == [('cat', 'dog')[number % 2] for number in cells]


@pytest.mark.parametrize(('encoding', 'channels'), [('rgb8', 3), ('mono8', 1)])
def test_encodings(
    start_node: StartNode, client: RosClient, tmp_path: Path, encoding: str, channels: int
) -> None:
    pixels = random_pixels(6, 8)
    cv2.imwrite(str(tmp_path / 'image.png'), pixels)
    start_slowly(start_node, tmp_path, encoding=encoding)
    images = client.listen(Image, 'image_raw')
    client.set_parameters('image_source', rate_hz=50)
    client.spin_until(lambda: bool(images), 'an image')
    image = images[0]
    assert (image.encoding, image.step, len(image.data)) == (encoding, 8 * channels, 48 * channels)
    expected = pixels[..., ::-1] if channels == 3 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    assert bytes(image.data) == np.ascontiguousarray(expected).tobytes()


def test_stamps_follow_simulated_time(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    start_slowly(start_node, frames, use_sim_time=True)
    clock = client.publisher(Clock, '/clock')
    images = client.listen(Image, 'image_raw')
    client.set_parameters('image_source', rate_hz=50)
    time = Clock()
    time.clock.sec = 1234
    client.spin_until(
        lambda: any(image.header.stamp.sec == 1234 for image in images),
        'simulated time',
        every_s=0.1,
        repeat=lambda: clock.publish(time),
    )


def test_camera_may_stop_and_return(
    start_node: StartNode, client: RosClient, tmp_path: Path
) -> None:
    plug = tmp_path / 'plug'
    plug.touch()
    process = start_node(
        'support.fake_camera',
        parameters={'source': 'camera:0'},
        environment={PLUG_VARIABLE: str(plug)},
    )
    images = client.listen(Image, 'image_raw')
    client.spin_until(lambda: bool(images), 'an image')
    plug.unlink()
    process.wait_for_line('has given no frame')
    assert process.is_running()
    images.clear()
    plug.touch()
    client.spin_until(lambda: bool(images), 'an image after the camera came back')
    process.wait_for_line('the camera is back')
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_node_cleanly(
    start_node: StartNode, frames: Path, client: RosClient, number: signal.Signals
) -> None:
    process = start_node('image_source', parameters={'source': str(frames), 'rate_hz': 500})
    images = client.listen(Image, 'image_raw')
    client.spin_until(lambda: len(images) > 5, 'images')
    process.send_signal(number)
    client.spin_until(lambda: not process.is_running(), 'the end of the node')
    assert process.wait() == 0
    assert not [line for line in process.lines if 'Traceback' in line or 'rror' in line]


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        ({'source': '/no/such/folder'}, '/no/such/folder'),
        ({'source': 'camera:99'}, 'camera 99 cannot be opened'),
        ({'rate_hz': 0}, 'rate_hz 0.0 is out of range 0.01...1000 Hz'),
        ({'image_size': [640, 0]}, 'image_size [640, 0] has one side of 0 pixels'),
        ({'encoding': 'bayer'}, "encoding 'bayer' is not known: use one of bgr8, rgb8, mono8"),
    ],
)
def test_wrong_parameter_ends_the_node_with_the_reason(
    start_node: StartNode, frames: Path, parameters: dict[str, object], reason: str
) -> None:
    process = start_node('image_source', parameters={'source': str(frames), **parameters})
    assert process.wait() == 1
    assert reason in process.lines[-1]


def test_unreadable_image_is_reported_and_left_out(
    start_node: StartNode, frames: Path, client: RosClient
) -> None:
    (frames / 'cat' / '0.png').write_bytes(b'no image')
    process = start_slowly(start_node, frames)
    assert 'is left out' in process.wait_for_line('0.png')


def test_source_that_breaks_ends_the_node_with_the_reason(
    start_node: StartNode, tmp_path: Path
) -> None:
    (tmp_path / 'only.png').write_bytes(b'no image')
    process = start_node('image_source', parameters={'source': str(tmp_path)})
    assert process.wait() == 1
    assert 'has no readable image' in process.lines[-1]
