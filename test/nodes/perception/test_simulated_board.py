# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node on a simulated board, over real DDS."""

import math
from collections.abc import Callable
from pathlib import Path

from support.camera import Camera
from support.images import image_message
from support.node_process import NodeProcess
from support.ros_client import RosClient

StartNode = Callable[..., NodeProcess]


def test_network_takes_the_time_of_the_board(
    start_node: StartNode, bundle: Path, client: RosClient, tmp_path: Path
) -> None:
    root = tmp_path / 'board'
    start_node('simulated_board', parameters={'board': 'jetson_nano', 'root': str(root)})
    start_node('perception', parameters={'model': str(bundle), 'simulated_board': str(root)})
    camera = Camera(client)
    for placement, processor in (('cpu', 'cpu:a57'), ('gpu', 'gpu'), ('cpu:a57', 'cpu:a57')):
        assert client.set_parameters('perception', placement=placement).successful
        client.spin_until(
            lambda wanted=placement: (
                camera.ask(image_message()).operating_point.placement == wanted
            ),
            f'the network on {placement}',
        )
        result = camera.ask(image_message())
        busy = {time.processor: time.busy_s for time in result.busy_time}
        assert busy[processor] > 0
        assert result.host_excess_ms >= 0 and not math.isnan(result.host_excess_ms)
        assert result.inference_ms >= busy[processor] * 1000 * 0.5
    answer = client.set_parameters('perception', placement='cpu:0')
    assert not answer.successful
    assert 'cpu:a57, gpu' in answer.reason


def test_processors_of_the_board_share_the_groups_of_a_frame(
    start_node: StartNode, bundle: Path, client: RosClient, tmp_path: Path
) -> None:
    root = tmp_path / 'board'
    start_node('simulated_board', parameters={'board': 'odroid_xu3', 'root': str(root)})
    both = 'cpu:a15+cpu:a7'
    start_node(
        'perception',
        parameters={'model': str(bundle), 'simulated_board': str(root), 'placement': both},
    )
    camera = Camera(client)
    busy_s = {'cpu:a15': 0.0, 'cpu:a7': 0.0}

    def share_frames() -> bool:
        result = camera.ask(image_message())
        assert result.operating_point.placement == both
        assert set(busy_s) == {time.processor for time in result.busy_time}
        assert not math.isnan(result.host_excess_ms)
        for time in result.busy_time:
            assert time.busy_s * 1000 <= result.inference_ms
            busy_s[time.processor] += time.busy_s
        return min(busy_s.values()) > 0

    client.spin_until(share_frames, 'groups on both processors')
    answer = client.set_parameters('perception', placement='cpu:a15+cpu:a15')
    assert not answer.successful
    assert 'twice' in answer.reason


def test_a_board_that_ends_is_told_in_one_line(
    start_node: StartNode, bundle: Path, client: RosClient, tmp_path: Path
) -> None:
    root = tmp_path / 'board'
    board = start_node('simulated_board', parameters={'board': 'jetson_nano', 'root': str(root)})
    process = start_node(
        'perception', parameters={'model': str(bundle), 'simulated_board': str(root)}
    )
    camera = Camera(client)
    board.close()
    camera.publisher.publish(image_message())
    line = process.wait_for_line('frame failed: ')
    assert str(root) in line and 'is gone' in line
    process.close()
    assert process.lines[-1] == line
    assert 'Traceback' not in ''.join(process.lines)


def test_missing_board_ends_the_node_with_the_reason(
    start_node: StartNode, bundle: Path, tmp_path: Path
) -> None:
    parameters = {'model': str(bundle), 'simulated_board': str(tmp_path)}
    process = start_node('perception', parameters=parameters)
    assert process.wait() == 1
    assert str(tmp_path) in process.lines[-1]
