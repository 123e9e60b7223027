# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped Fast DDS profile, between two processes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
from sensor_msgs.msg import Image
from std_msgs.msg import UInt32MultiArray

from support.ros_client import SENSOR, RosClient

PROFILE = Path(__file__).resolve().parents[3] / 'config/fastdds_profile.xml'
IMAGES = 20


@pytest.fixture
def profiled_client(ros_domain_id: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[RosClient]:
    """Return a participant with the shipped profile; processes started meanwhile have it too."""
    monkeypatch.delenv('FASTDDS_BUILTIN_TRANSPORTS', raising=False)
    for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
        monkeypatch.setenv(name, str(PROFILE))
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=ros_domain_id)
    client = RosClient(context)
    yield client
    client.close()
    rclpy.shutdown(context=context)


@pytest.mark.parametrize('height, width', [(480, 640), (1080, 1920)])
def test_camera_images_arrive(
    profiled_client: RosClient, start_node: Callable[..., Any], height: int, width: int
) -> None:
    """One after the other, best effort: none is sent again if it is lost."""
    start_node('support.image_server')
    received = profiled_client.listen(Image, 'image', SENSOR)
    wanted = profiled_client.publisher(UInt32MultiArray, 'wanted')
    for number in range(1, IMAGES + 1):
        wanted.publish(UInt32MultiArray(data=[height, width, number]))
        profiled_client.spin_until(lambda n=number: len(received) == n, f'image {number}')
    assert [int(image.header.frame_id) for image in received] == [*range(1, IMAGES + 1)]
