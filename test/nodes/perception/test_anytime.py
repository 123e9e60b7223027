# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames of the perception node that end before their width, over real DDS."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from dyn_perception.msg import OperatingPoint
from support.camera import Camera
from support.images import image_message
from support.node_process import NodeProcess
from support.ros_client import RosClient


@pytest.fixture
def camera(start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient) -> Camera:
    """Return a camera that is connected to a running node."""
    start_node('perception', parameters={'model': str(bundle)})
    return Camera(client)


def ends(camera: Camera, **parameters: float) -> tuple[int, int]:
    """Return groups run and the reason, with these parameters."""
    assert camera.client.set_parameters('perception', **parameters).successful
    point = camera.ask(image_message()).operating_point
    assert point.width == 4
    return point.groups_run, point.stop_reason


def test_frames_end_for_the_reason_that_the_result_states(camera: Camera) -> None:
    assert ends(camera, deadline_ms=0.001) == (1, OperatingPoint.STOP_REASON_DEADLINE)
    assert ends(camera, deadline_ms=60_000) == (4, OperatingPoint.STOP_REASON_WIDTH)
    assert ends(camera, confidence_exit=1e-6) == (1, OperatingPoint.STOP_REASON_CONFIDENCE)
    assert ends(camera, confidence_exit=1) == (4, OperatingPoint.STOP_REASON_WIDTH)
    assert ends(camera, deadline_ms=0.0, confidence_exit=0.0) == (
        4,
        OperatingPoint.STOP_REASON_WIDTH,
    )


@pytest.mark.parametrize('value', [-1.0, math.nan, math.inf, 'soon', 1e9])
def test_senseless_limits_are_refused(camera: Camera, value: object) -> None:
    for name in ('deadline_ms', 'confidence_exit'):
        answer = camera.client.set_parameters('perception', **{name: value})
        assert not answer.successful
        assert name in answer.reason
        assert camera.client.get_parameters('perception', name) == [0.0]
