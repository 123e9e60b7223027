# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the network of the perception node runs, over real DDS."""

import contextlib
import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.camera import RESEND_S, Camera
from support.images import image_message
from support.losing_core_perception import LOSS_VARIABLE
from support.node_process import NodeProcess
from support.ros_client import RosClient

CORE = min(os.sched_getaffinity(0))


@pytest.fixture
def perception(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> NodeProcess:
    """Return a running node."""
    return start_node('perception', parameters={'model': str(bundle)})


@pytest.fixture
def camera(perception: NodeProcess, client: RosClient) -> Camera:
    """Return a camera that is connected to the running node."""
    return Camera(client)


def threads_by_cores(pid: int) -> set[frozenset[int]]:
    found = set()
    for thread in Path(f'/proc/{pid}/task').iterdir():
        if int(thread.name) != pid:
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                found.add(frozenset(os.sched_getaffinity(int(thread.name))))
    return found


def test_placement_takes_effect_while_frames_go_on(
    camera: Camera, perception: NodeProcess
) -> None:
    place = f'cpu:{CORE}'
    assert camera.client.set_parameters('perception', placement=place).successful
    perception.wait_for_line(f'the network runs on {place}')
    result = camera.ask(image_message())
    assert result.operating_point.placement == place
    assert [time.processor for time in result.busy_time] == [place]
    assert frozenset({CORE}) in threads_by_cores(perception.pid)
    # The executor's thread, which answers parameters, stays where it was.
    assert os.sched_getaffinity(perception.pid) == os.sched_getaffinity(0)
    assert camera.client.set_parameters('perception', placement='cpu').successful
    camera.client.spin_until(
        lambda: camera.ask(image_message()).operating_point.placement == 'cpu', 'the way back'
    )


def test_impossible_placement_is_refused_with_what_there_is(camera: Camera) -> None:
    refusals = {
        'cpu:4000': 'there is no core 4000',
        'cpu:nucleus': 'there is no cluster nucleus',
        'tpu': 'there is no such processor',
    }
    for name, reason in refusals.items():
        answer = camera.client.set_parameters('perception', placement=name)
        assert not answer.successful
        assert reason in answer.reason
        assert 'this machine offers cpu, ' in answer.reason
    assert camera.client.get_parameters('perception', 'placement') == ['cpu']
    assert camera.ask(image_message()).operating_point.placement == 'cpu'


def test_placement_at_the_start(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    start_node('perception', parameters={'model': str(bundle), 'placement': f'cpu:{CORE}'})
    assert Camera(client).ask(image_message()).operating_point.placement == f'cpu:{CORE}'
    wrong = start_node('perception', parameters={'model': str(bundle), 'placement': 'cpu:4000'})
    assert wrong.wait() == 1
    assert 'there is no core 4000' in wrong.lines[-1]


def test_failed_change_puts_the_parameter_back(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    process = start_node('support.unloadable_perception', parameters={'model': str(bundle)})
    camera = Camera(client)
    assert client.set_parameters('perception', placement=f'cpu:{CORE}').successful
    process.wait_for_line('the one before stays')
    client.spin_until(
        lambda: client.get_parameters('perception', 'placement') == ['cpu'], 'the old value'
    )
    failure = f'cpu:{CORE}: out of memory: a fault of the test'
    assert client.get_parameters('perception', 'placement_failure') == [failure]
    told = client.set_parameters('perception', placement_failure=failure)
    assert 'is for the node itself to report' in told.reason
    assert client.set_parameters('perception', placement_failure='').successful
    assert camera.ask(image_message()).operating_point.placement == 'cpu'


def test_result_says_where_from_and_how_late(camera: Camera) -> None:
    result = camera.ask(image_message())
    assert result.image_topic == '/image_raw'
    parts = result.queueing_ms + result.preprocessing_ms + result.inference_ms
    assert result.latency_ms >= parts > 0
    assert math.isnan(result.host_excess_ms)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason='one core: nothing to split over')
def test_groups_of_one_frame_on_two_cores(camera: Camera, perception: NodeProcess) -> None:
    before = camera.ask(image_message(seed=7))
    one, other = sorted(os.sched_getaffinity(0))[:2]
    place = f'cpu:{one}+cpu:{other}'
    assert camera.client.set_parameters('perception', placement=place).successful
    perception.wait_for_line(f'the network runs on {place}')
    result = camera.ask(image_message(seed=7))
    assert result.operating_point.placement == place
    assert {time.processor for time in result.busy_time} == {f'cpu:{one}', f'cpu:{other}'}
    assert result.regions[0].scores == before.regions[0].scores
    assert {frozenset({one}), frozenset({other})} <= threads_by_cores(perception.pid)
    answer = camera.client.set_parameters('perception', placement=f'{place}+cpu:{one}')
    assert f'would share core {one}' in answer.reason


def test_gpu_that_fails_while_it_runs_hands_over_to_the_cpu(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient
) -> None:
    process = start_node('support.losing_gpu_perception', parameters={'model': str(bundle)})
    camera = Camera(client)

    def placements_of_frames_until_the_cpu() -> list[str]:
        """Set the GPU and return the placement of every answer from then on."""
        assert client.set_parameters('perception', placement='gpu').successful
        seen: list[str] = []

        def is_over() -> bool:
            seen.extend(result.operating_point.placement for result in camera.results)
            camera.results.clear()
            return 'gpu' in seen and seen[-1] == 'cpu'

        client.spin_until(
            is_over,
            'frames on the CPU again',
            every_s=RESEND_S,
            repeat=lambda: camera.publisher.publish(image_message()),
        )
        return seen

    assert 'gpu' in placements_of_frames_until_the_cpu()
    process.wait_for_line("placement 'gpu' failed while it ran, the network goes on on cpu")
    client.spin_until(
        lambda: client.get_parameters('perception', 'placement') == ['cpu'], 'the parameter'
    )
    # It comes back on request, and fails again.
    assert 'gpu' in placements_of_frames_until_the_cpu()


def test_cores_that_go_away_hand_over_to_any_core(
    start_node: Callable[..., NodeProcess], bundle: Path, client: RosClient, tmp_path: Path
) -> None:
    loss = tmp_path / 'loss'
    process = start_node(
        'support.losing_core_perception',
        parameters={'model': str(bundle), 'placement': f'cpu:{CORE}'},
        environment={LOSS_VARIABLE: str(loss)},
    )
    camera = Camera(client)
    assert camera.ask(image_message()).operating_point.placement == f'cpu:{CORE}'
    loss.touch()
    process.wait_for_line(f'no core of cpu:{CORE} is online and allowed any more')
    process.wait_for_line('the network runs on cpu')
    assert camera.ask(image_message()).operating_point.placement == 'cpu'
    assert client.get_parameters('perception', 'placement') == ['cpu']
