# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Each start of a node shows in what it publishes, whatever way the one before has ended."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dyn_perception.msg import BoardState, ClassLabels, ManagerState, PerceptionResult, Truth
from support.images import image_message
from support.limit_tree import GPU
from support.managed_loop import EASY_MS, ManagedLoop, is_at_full_width, knob, limits_clock
from support.node_process import NodeProcess
from support.ros_client import LATCHED, RosClient

StartNode = Callable[..., NodeProcess]
FULL_WIDTH = 4
ENDS = (signal.SIGTERM, signal.SIGKILL)


@pytest.fixture
def parameters(bundle: Path, limit_root: Path) -> dict[str, dict[str, object]]:
    """Return what each node needs to start."""
    return {
        'perception': {'model': str(bundle)},
        'resource_monitor': {'sysfs_root': str(limit_root)},
        'manager': {},
        'image_source': {},
    }


@pytest.mark.parametrize(
    ('node', 'message_type', 'topic'),
    [
        ('perception', ClassLabels, 'perception/labels'),
        ('resource_monitor', BoardState, 'board_state'),
        ('manager', ManagerState, 'manager/state'),
        ('image_source', Truth, 'image_source/truth'),
    ],
)
def test_every_start_of_a_node_has_an_identity_of_its_own(
    client: RosClient,
    start_node: StartNode,
    parameters: dict[str, dict[str, object]],
    tmp_path: Path,
    node: str,
    message_type: type,
    topic: str,
) -> None:
    qos = LATCHED if message_type is ClassLabels else 100
    messages = client.subscribe(message_type, topic, qos)
    environment = {'DYN_PERCEPTION_RUNTIME_DIR': str(tmp_path / 'run')}
    for number in (*ENDS, signal.SIGTERM):
        known = _identities(messages)
        process = start_node(node, parameters=parameters[node], environment=environment)
        client.spin_until(lambda known=known: _identities(messages) > known, 'another identity')
        process.send_signal(number)
        process.wait()
    assert len(_identities(messages)) == len(ENDS) + 1
    assert 0 not in _identities(messages)


def test_all_messages_of_a_start_have_its_identity(
    client: RosClient, start_node: StartNode, bundle: Path
) -> None:
    start_node('perception', parameters={'model': str(bundle)})
    labels = client.listen(ClassLabels, 'perception/labels', LATCHED)
    results = client.listen(PerceptionResult, 'perception/result')
    images = client.publisher(type(image_message()), 'image_raw')
    client.spin_until(
        lambda: len(results) > 2 and bool(labels),
        'results',
        repeat=lambda: images.publish(image_message()),
        every_s=0.2,
    )
    assert {result.start_id for result in results} == {labels[0].start_id}


@pytest.mark.parametrize('number', ENDS)
def test_the_manager_tries_again_what_a_monitor_refused_that_was_replaced(
    loop: ManagedLoop, number: signal.Signals
) -> None:
    """However quickly: the new one is known by its first message."""
    loop.start_perception()
    loop.set_pace(EASY_MS)
    monitor = loop.start_monitor(module='support.refusing_monitor')
    goals = {'objective': 'energy', 'min_accuracy': 0.9}
    loop.start_manager(profile=loop.write_profile(), **goals)
    states = loop.states()
    loop.wait_for(states, lambda s: knob(s, GPU) and knob(s, GPU).refused, 'a refusal')
    monitor.send_signal(number)
    loop.start_monitor()  # before the end of the other one is noticed
    loop.client.spin_until(lambda: loop.gpu_limit() < 921.6, 'the clock that was refused before')
    loop.wait_for(states, limits_clock, 'a state that says so')
    assert not [state for state in states[-1:] if knob(state, GPU).refused]


@pytest.mark.parametrize('number', ENDS)
def test_the_manager_meets_a_perception_anew_that_was_replaced(
    loop: ManagedLoop, number: signal.Signals
) -> None:
    perception = loop.start_perception()
    loop.set_pace(EASY_MS)
    loop.start_manager()
    states = loop.states()
    results = loop.client.listen(PerceptionResult, 'perception/result')
    loop.wait_for(states, is_at_full_width, 'the full width')
    before = _identities(results)
    perception.send_signal(number)
    successor = loop.start_perception(width=1)  # before the end of the other one is noticed
    successor.wait_for_line('at width 1')
    loop.client.spin_until(lambda: _identities(results) > before, 'results of the successor')
    loop.wait_for(
        states,
        lambda state: is_at_full_width(state) and results[-1].operating_point.width == FULL_WIDTH,
        'the full width again',
    )
    assert _identities(results[-1:]).isdisjoint(before)


def test_another_monitor_in_the_namespace_is_no_restart_of_the_managers_own(
    loop: ManagedLoop,
) -> None:
    loop.start_perception()
    loop.set_pace(EASY_MS)
    loop.start_monitor()
    goals = {'objective': 'energy', 'min_accuracy': 0.9}
    manager = loop.start_manager(profile=loop.write_profile(), **goals)
    states = loop.states()
    loop.wait_for(states, limits_clock, 'a lower clock')
    boards = loop.client.listen(BoardState, 'board_state')
    loop.start_monitor(arguments=['-r', '__node:=second_monitor'])
    loop.client.spin_until(
        lambda: len([board for board in boards if board.node == '/second_monitor']) > 5,
        'readings of the other one',
    )
    loop.wait_for(states, limits_clock, 'the lower clock still')
    manager.send_signal(signal.SIGTERM)
    loop.client.spin_until(lambda: not manager.is_running(), 'the end of the manager')
    assert loop.gpu_limit() == 921.6  # what it found, not what it set


def test_the_profile_of_another_network_is_given_up_when_that_is_started(
    loop: ManagedLoop,
) -> None:
    perception = loop.start_perception()
    loop.set_pace(EASY_MS)
    loop.start_monitor()
    loop.start_manager(profile=loop.write_profile())
    states = loop.states()
    loop.wait_for(states, is_at_full_width, 'the full width')
    perception.send_signal(signal.SIGKILL)
    loop.start_perception(model='alexnet')
    loop.wait_for(
        states,
        lambda state: (
            'but the perception node runs' in state.status_reason
            and state.operating_point.width == FULL_WIDTH
        ),
        'a choice for the other network',
    )


def _identities(messages: list[Any]) -> set[int]:
    return {message.start_id for message in messages}
