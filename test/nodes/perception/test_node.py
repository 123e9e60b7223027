# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node over real DDS, as a process of its own."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.msg import ClassLabels, OperatingPoint
from support.camera import RESEND_S, Camera
from support.images import image_message, jpeg_message
from support.node_process import NodeProcess
from support.ros_client import LATCHED, RosClient


@pytest.fixture
def perception(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> NodeProcess:
    """Return a running node with the untrained bundle."""
    process = start_node('perception', parameters={'model': str(bundle)})
    process.wait_for_line('at width 4')
    return process


@pytest.fixture
def camera(perception: NodeProcess, client: RosClient) -> Camera:
    """Return a camera that is connected to the running node."""
    return Camera(client)


def test_result_describes_the_frame(camera: Camera) -> None:
    message = image_message()
    result = camera.ask(message)
    assert result.header == message.header
    assert (result.rows, result.columns, len(result.regions)) == (1, 1, 1)
    region = result.regions[0]
    scores = np.array(region.scores)
    assert scores.sum() == pytest.approx(1, abs=1e-5)
    assert region.class_id == scores.argmax()
    assert region.score == scores.max()
    point = result.operating_point
    assert (point.width, point.groups_run) == (4, 4)
    assert (point.stop_reason, point.placement) == (OperatingPoint.STOP_REASON_WIDTH, 'cpu')
    assert result.inference_ms > 0
    assert result.preprocessing_ms > 0
    assert result.queueing_ms >= 0
    assert [time.processor for time in result.busy_time] == ['cpu']
    assert result.busy_time[0].busy_s > 0


def test_width_takes_effect_on_the_next_frame(camera: Camera) -> None:
    widths = random.Random(0).choices([1, 2, 3, 4], k=20)
    for width in widths:
        assert camera.client.set_parameters('perception', width=width).successful
        point = camera.ask(image_message()).operating_point
        assert (point.width, point.groups_run) == (width, width)


def test_refused_values_change_nothing(camera: Camera) -> None:
    refusals = {
        0: 'width 0 is out of range 1...4: the model has 4 groups',
        5: 'width 5 is out of range 1...4: the model has 4 groups',
        'two': "width 'two' is no integer: use an integer, 1...4",
        2.0: 'width 2.0 is no integer: use an integer, 1...4',
    }
    for value, reason in refusals.items():
        answer = camera.client.set_parameters('perception', width=value)
        assert (answer.successful, answer.reason) == (False, reason)
    answer = camera.client.set_parameters('perception', model='alexnet')
    assert not answer.successful
    assert "model 'alexnet' cannot be set while the node runs" in answer.reason
    answer = camera.client.set_parameters('perception', depth=3)
    assert 'depth is no parameter of this node' in answer.reason
    # One wrong value refuses the whole set.
    assert not camera.client.set_parameters('perception', width=1, enabled='no').successful
    assert camera.client.get_parameters('perception', 'width', 'enabled') == [4, True]
    assert camera.ask(image_message()).operating_point.width == 4


def broken_images() -> dict[str, Image]:
    """Return images that cannot be read, by a word of the reason."""
    step, short, empty, unknown = (image_message() for _ in range(4))
    step.step = 10
    del short.data[-1:]
    empty.height = empty.width = empty.step = 0
    del empty.data[:]
    unknown.encoding = 'bayer_rggb16'
    return {'step': step, 'data': short, '0': empty, 'bayer_rggb16': unknown}


def test_broken_images_are_reported_and_the_node_goes_on(
    camera: Camera, perception: NodeProcess
) -> None:
    reports = camera.client.listen(DiagnosticArray, '/diagnostics')
    for count, (word, message) in enumerate(broken_images().items(), start=1):
        camera.publisher.publish(message)
        wait_for_value(camera.client, reports, 'Images refused', str(count))
        assert word in diagnostic_values(reports[-1])['Last refusal']
    perception.wait_for_line('image refused')
    result = camera.ask(image_message())
    assert result.dropped == len(broken_images())


def test_corrupt_jpeg_is_refused_and_the_next_is_read(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    process = start_node(
        'perception', parameters={'model': str(bundle), 'image_transport': 'compressed'}
    )
    camera = Camera(client, CompressedImage, 'image_raw/compressed')
    message = jpeg_message()
    assert camera.ask(message).header == message.header
    corrupt = jpeg_message()
    del corrupt.data[40:]
    camera.publisher.publish(corrupt)
    process.wait_for_line('image refused')
    assert camera.ask(jpeg_message()).dropped == 1


def test_disabled_node_does_not_listen(camera: Camera) -> None:
    client = camera.client
    camera.ask(image_message())
    assert client.set_parameters('perception', enabled=False).successful
    client.wait_for_subscriber(camera.publisher, 0)
    camera.results.clear()
    camera.publisher.publish(image_message())
    reports = client.listen(DiagnosticArray, '/diagnostics')
    report = client.wait_for(reports, lambda report: True, 'diagnostics')
    assert 'disabled' in report.status[0].message
    assert not camera.results
    assert client.set_parameters('perception', enabled=True).successful
    Camera(client)


def test_regions_are_classified_in_order(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    start_node('perception', parameters={'model': str(bundle), 'regions': [2, 3]})
    result = Camera(client).ask(image_message(96, 96))
    assert (result.rows, result.columns) == (2, 3)
    assert [(region.row, region.column) for region in result.regions] == [
        (row, column) for row in range(2) for column in range(3)
    ]
    scores = [region.score for region in result.regions]
    assert result.best_region == int(np.argmax(scores))


def test_labels_reach_a_late_subscriber(perception: NodeProcess, client: RosClient) -> None:
    received = client.listen(ClassLabels, 'perception/labels', LATCHED)
    client.spin_until(lambda: bool(received), 'labels')
    assert received[0].groups == 4
    assert received[0].architecture == 'resnet'
    assert len(received[0].labels) == 10


def test_overlay_is_drawn_for_subscribers(camera: Camera) -> None:
    overlays = camera.client.listen(Image, 'perception/overlay')
    message = image_message(240, 320)

    def drawn() -> list[Image]:
        # The node may still be drawing the image before, when this subscriber appears.
        return [overlay for overlay in overlays if overlay.header == message.header]

    camera.client.spin_until(
        lambda: bool(drawn()),
        'the overlay of an image',
        every_s=RESEND_S,
        repeat=lambda: camera.publisher.publish(message),
    )
    overlay = drawn()[0]
    assert (overlay.height, overlay.width, overlay.encoding) == (240, 320, 'bgr8')
    assert bytes(overlay.data) != bytes(message.data)


def test_diagnostics_tell_rate_latency_and_width(camera: Camera) -> None:
    camera.client.set_parameters('perception', width=3)
    reports = camera.client.listen(DiagnosticArray, '/diagnostics')
    report = wait_for_report(camera, reports, 'a rate', lambda report: rate(report) > 0)
    names = [status.name for status in report.status]
    assert names == ['perception: frames', 'perception: network']
    assert all(status.hardware_id for status in report.status)
    assert all(status.level == DiagnosticStatus.OK for status in report.status)
    values = diagnostic_values(report)
    assert float(values['Latency maximum (ms)']) > 0
    assert values['Width'] == '3 of 4'


def test_silent_camera_is_reported_and_its_return_too(camera: Camera) -> None:
    reports = camera.client.listen(DiagnosticArray, '/diagnostics')
    camera.ask(image_message())
    camera.client.node.destroy_publisher(camera.publisher)

    report = camera.client.wait_for(
        reports,
        lambda report: report.status[0].level == DiagnosticStatus.WARN,
        'a warning that images stopped',
    )
    assert 'no image for' in report.status[0].message
    camera = Camera(camera.client)
    wait_for_report(
        camera, reports, 'all well', lambda r: r.status[0].level == DiagnosticStatus.OK
    )


def test_names_follow_namespace_and_remapping(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    start_node(
        'perception',
        parameters={'model': str(bundle), 'image_transport': 'compressed'},
        arguments=['-r', '__ns:=/left', '-r', 'image_raw:=/cameras/left', '-r', '__node:=eye'],
    )
    Camera(client, CompressedImage, '/cameras/left/compressed', '/left/eye')
    reports = client.listen(DiagnosticArray, '/diagnostics')
    client.spin_until(lambda: bool(reports), 'diagnostics')
    assert reports[0].status[0].name == 'left/eye: frames'


def test_reliability_of_images_can_be_overridden(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    name = 'qos_overrides./image_raw.subscription'
    process = start_node(
        'perception',
        parameters={
            'model': str(bundle),
            f'{name}.reliability': 'reliable',
            f'{name}.depth': 7,
        },
    )
    camera = Camera(client)
    (info,) = client.node.get_subscriptions_info_by_topic('/image_raw')
    assert info.qos_profile.reliability.name == 'RELIABLE'
    assert client.get_parameters('perception', f'{name}.depth') == [7]
    camera.ask(image_message())
    assert not [line for line in process.lines if 'is not known' in line]


def diagnostic_values(report: DiagnosticArray) -> dict[str, str]:
    """Return the values of all statuses by key."""
    return {item.key: item.value for status in report.status for item in status.values}


def rate(report: DiagnosticArray) -> float:
    """Return the rate of the frames (Hz)."""
    return float(diagnostic_values(report)['Rate (Hz)'])


def wait_for_report(
    camera: Camera,
    reports: list[Any],
    what: str,
    holds: Callable[[DiagnosticArray], bool],
) -> DiagnosticArray:
    """Wait for a report, published from now on, while images come."""
    timer = camera.client.node.create_timer(
        RESEND_S, lambda: camera.publisher.publish(image_message())
    )
    report: DiagnosticArray = camera.client.wait_for(reports, holds, what)
    camera.client.node.destroy_timer(timer)
    return report


def wait_for_value(client: RosClient, reports: list[Any], key: str, value: str) -> None:
    """Wait until the newest report has this value."""
    client.spin_until(
        lambda: bool(reports) and diagnostic_values(reports[-1])[key] == value, f'{key}: {value}'
    )
