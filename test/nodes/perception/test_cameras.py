# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Several cameras share one network, over real DDS."""

from collections.abc import Callable
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import CompressedImage, Image

from support.camera import Camera
from support.images import image_message
from support.node_process import NodeProcess
from support.ros_client import RosClient

StartNode = Callable[..., NodeProcess]


def test_each_camera_gets_its_own_results(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    topics = ['left/image_raw', 'right/image_raw']
    start_node('perception', parameters={'model': str(bundle), 'image_topics': topics})
    cameras = {topic: Camera(client, Image, topic) for topic in topics}
    for _ in range(3):
        for topic, camera in cameras.items():
            message = image_message()
            result = camera.ask(message)
            assert (result.header, result.image_topic) == (message.header, f'/{topic}')
    # One camera dies: the other one goes on, and the diagnostics name the silent one.
    client.node.destroy_publisher(cameras['left/image_raw'].publisher)
    reports = client.listen(DiagnosticArray, '/diagnostics')
    right = cameras['right/image_raw']

    def names_the_silent_camera() -> bool:
        right.ask(image_message())
        texts = [report.status[0].message for report in reports]
        # On a busy machine an image of the other one may be that late, too.
        return any('on /left/image_raw' in text and '/right' not in text for text in texts)

    client.spin_until(names_the_silent_camera, 'a warning of the silent camera alone')


def test_compressed_cameras_and_remappings(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    start_node(
        'perception',
        parameters={
            'model': str(bundle),
            'image_topics': ['left', 'right'],
            'image_transport': 'compressed',
        },
        arguments=['-r', 'left:=/front/image'],
    )
    for topic in ('front/image/compressed', 'right/compressed'):
        camera = Camera(client, CompressedImage, topic)
        assert camera.results == []


@pytest.mark.parametrize(
    ('topics', 'arguments', 'reason'),
    [
        (['left', 'left'], [], "names 'left' twice: name each once"),
        (['left', '/left'], [], 'lead to /left twice'),
        (['left', 'right'], ['-r', 'left:=right'], 'lead to /right twice'),
        (['no topic'], [], "image_topics has 'no topic', which is no topic"),
        ([''], [], "image_topics has '', which is no topic"),
        ('left', [], "image_topics 'left' is no list of texts"),
        ([1, 2], [], 'is no list of texts'),
        ([], [], 'a parameter was given no value or an empty list'),
    ],
)
def test_senseless_topics_end_the_node_with_the_reason(
    start_node: StartNode, bundle: Path, topics: object, arguments: list[str], reason: str
) -> None:
    parameters = {'model': str(bundle), 'image_topics': topics}
    process = start_node('perception', parameters=parameters, arguments=arguments)
    assert process.wait() == 1
    assert reason in process.lines[-1]
