# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager with real nodes over DDS: what it holds, and how a person has the last word."""

from pathlib import Path

import pytest

from dyn_perception.msg import ManagerState
from support.managed_loop import EASY_MS, HARD_MS, ManagedLoop, StartNode, applied, knob
from support.ros_client import RosClient


@pytest.fixture
def loop(client: RosClient, start_node: StartNode, bundle: Path, tmp_path: Path) -> ManagedLoop:
    return ManagedLoop(client, start_node, bundle, tmp_path)


def test_width_follows_the_pace(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_manager()
    states = loop.states()
    loop.wait_for(states, lambda s: s.status == ManagerState.STATUS_MET, 'the target met')
    loop.set_pace(HARD_MS)
    state = loop.wait_for(
        states,
        lambda s: s.operating_point.width == 2 and applied(s, 'width') == '2',
        'a width that is on time',
    )
    assert state.change_reason
    loop.set_pace(EASY_MS)
    state = loop.wait_for(states, lambda s: applied(s, 'width') == '4', 'the full width again')
    assert state.changes >= 2
