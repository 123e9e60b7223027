# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node as a process: start-up errors, signals, what it loads."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import Image

from dyn_perception.msg import PerceptionResult
from support.blocked_perception import BLOCK_VARIABLE
from support.camera import RESEND_S, Camera
from support.images import image_message
from support.node_process import NodeProcess
from support.ros_client import RosClient

StartNode = Callable[..., NodeProcess]


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        (
            {'model': '/no/such/bundle'},
            "model '/no/such/bundle' is neither a path that exists nor shipped",
        ),
        ({'width': 9}, 'width 9 is out of range 1...4: the model has 4 groups'),
        ({'width': 'all'}, "width 'all' is no integer"),
        ({'regions': [2, 0]}, 'regions [2, 0] is out of range 1...64'),
        ({'image_transport': 'theora'}, "image_transport 'theora' is not known: use one of raw"),
    ],
)
def test_wrong_parameter_ends_the_node_with_the_reason(
    start_node: StartNode, bundle: Path, parameters: dict[str, object], reason: str
) -> None:
    process = start_node('perception', parameters={'model': str(bundle), **parameters})
    assert process.wait() == 1
    assert reason in process.lines[-1]


def test_broken_bundle_ends_the_node_with_the_reason(
    start_node: StartNode, bundle: Path, tmp_path: Path
) -> None:
    broken = shutil.copytree(bundle, tmp_path / 'broken')
    (broken / 'group_3.onnx').unlink()
    process = start_node('perception', parameters={'model': str(broken)})
    assert process.wait() == 1
    assert 'group_3.onnx' in process.lines[-1]


def test_parameter_file_that_is_missing_ends_the_node(start_node: StartNode) -> None:
    process = start_node('perception', arguments=['--params-file', '/no/such/file.yaml'])
    assert process.wait() == 1
    assert '/no/such/file.yaml' in process.lines[-1]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_node_cleanly(
    start_node: StartNode, bundle: Path, client: RosClient, number: signal.Signals
) -> None:
    process = start_node('perception', parameters={'model': str(bundle)})
    results = client.listen(PerceptionResult, 'perception/result')
    publisher = client.publisher(Image, 'image_raw')
    timer = client.node.create_timer(0.01, lambda: publisher.publish(image_message()))
    client.spin_until(lambda: len(results) > 5, 'results')
    process.send_signal(number)
    client.spin_until(lambda: not process.is_running(), 'the end of the node')
    timer.cancel()
    assert process.wait() == 0
    assert not [line for line in process.lines if 'Traceback' in line or 'rror' in line]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_while_starting_ends_the_node_cleanly(
    start_node: StartNode, bundle: Path, number: signal.Signals
) -> None:
    process = start_node('support.slow_start', parameters={'model': str(bundle)})
    process.wait_for_line('loading')
    process.send_signal(number)
    assert process.wait() == 0
    assert not [line for line in process.lines if 'Traceback' in line]


def test_diagnostics_go_on_while_simulated_time_stands_still(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    start_node('perception', parameters={'model': str(bundle), 'use_sim_time': True})
    reports = client.listen(DiagnosticArray, '/diagnostics')
    client.spin_until(lambda: len(reports) > 2, 'diagnostics although time stands still')
    assert reports[-1].header.stamp.sec == 0


def test_unknown_parameter_is_reported(
    start_node: StartNode, bundle: Path, tmp_path: Path
) -> None:
    path = tmp_path / 'params.yaml'
    path.write_text(f'/**:\n  ros__parameters:\n    model: {bundle}\n    widht: 2\n')
    process = start_node('perception', arguments=['--params-file', str(path)])
    assert 'widht' in process.wait_for_line('is not known to this node')


def test_torch_is_not_loaded_with_the_onnx_engine(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    process = start_node('perception', parameters={'model': str(bundle)})
    Camera(client)
    maps = Path(f'/proc/{process.pid}/maps').read_text()
    assert 'libtorch' not in maps
    assert 'onnxruntime' in maps


def test_torch_engine_answers(start_node: StartNode, bundle: Path, client: RosClient) -> None:
    parameters = {'model': str(bundle), 'engine': 'torch'}
    process = start_node('perception', parameters=parameters)
    result = Camera(client).ask(image_message())
    assert result.operating_point.groups_run == 4
    assert 'libtorch' in Path(f'/proc/{process.pid}/maps').read_text()


def test_parameters_and_timers_do_not_wait_for_a_frame(
    start_node: StartNode, bundle: Path, client: RosClient, tmp_path: Path
) -> None:
    block = tmp_path / 'block'
    start_node(
        'support.blocked_perception',
        parameters={'model': str(bundle)},
        environment={BLOCK_VARIABLE: str(block)},
    )
    camera = Camera(client)
    block.touch()
    camera.publisher.publish(image_message())
    # From here on the worker is busy with a frame.
    client.spin_until(lambda: block.read_text() == 'blocked', 'a frame in work')
    assert client.set_parameters('perception', width=2).successful
    reports = client.listen(DiagnosticArray, '/diagnostics')
    newest = image_message()
    for message in (image_message(), image_message(), newest):
        camera.publisher.publish(message)
        # The second one is of a second later: the image is there by then.
        for _ in range(2):
            client.wait_for(reports, lambda report: True, 'diagnostics')
    block.unlink()
    client.spin_until(lambda: len(camera.results) == 2, 'both results')
    first, second = camera.results
    assert (first.operating_point.width, second.operating_point.width) == (4, 2)
    assert second.header == newest.header
    assert second.dropped == 2
    assert first.queueing_ms < second.queueing_ms


def test_unexpected_error_is_reported_and_the_node_goes_on(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    process = start_node('support.faulty_perception', parameters={'model': str(bundle)})
    results = client.listen(PerceptionResult, 'perception/result')
    publisher = client.publisher(Image, 'image_raw')
    client.spin_until(
        lambda: bool(results),
        'a result',
        every_s=RESEND_S,
        repeat=lambda: publisher.publish(image_message()),
    )
    assert results[0].dropped == 1
    process.wait_for_line('ZeroDivisionError: a fault of the test')
    assert [line for line in process.lines if 'Traceback' in line]


def test_large_images_without_a_profile_bring_advice(
    start_node: StartNode, bundle: Path, client: RosClient
) -> None:
    environment = {
        'FASTDDS_DEFAULT_PROFILES_FILE': '',
        'FASTRTPS_DEFAULT_PROFILES_FILE': '',
        'FASTDDS_BUILTIN_TRANSPORTS': '',
    }
    process = start_node('perception', parameters={'model': str(bundle)}, environment=environment)
    publisher = client.publisher(Image, 'image_raw')
    timer = client.node.create_timer(0.2, lambda: publisher.publish(image_message(480, 640)))
    client.spin_until(
        lambda: any('fastdds_profile.xml' in line for line in process.lines), 'the advice'
    )
    timer.cancel()
