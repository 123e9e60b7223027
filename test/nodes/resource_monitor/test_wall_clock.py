# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Neither a jump of the wall clock nor simulated time disturbs the resource_monitor."""

import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rosgraph_msgs.msg import Clock

from dyn_perception.msg import BoardState
from support.limit_tree import GPU, GPU_PATH, ORIGINAL, read_limits
from support.movable_clock import MovableClock, needs_compiler
from support.node_process import NodeProcess
from support.ros_client import RosClient

StartMonitor = Callable[..., NodeProcess]
YEAR_S = 365 * 24 * 3600
LEASE = 'limit_lease_s'


@needs_compiler
@pytest.mark.parametrize('jump_s', [YEAR_S, -YEAR_S], ids=['forward', 'back'])
def test_wall_clock_jump_moves_only_the_stamp(
    start_monitor: StartMonitor,
    limit_root: Path,
    client: RosClient,
    tmp_path: Path,
    jump_s: int,
) -> None:
    clock = MovableClock(tmp_path)
    process = start_monitor(limit_root, environment=clock.environment, rate_hz=20)
    states = client.listen(BoardState, 'board_state')
    leased = {GPU: 307.2, LEASE: 60.0}
    assert client.set_parameters('resource_monitor', **leased).successful
    client.spin_until(lambda: len(states) > 2, 'states')
    before_s = states[-1].header.stamp.sec
    clock.jump(jump_s)

    def has_jumped() -> bool:
        return abs(states[-1].header.stamp.sec - before_s - jump_s) < YEAR_S // 2

    client.spin_until(has_jumped, 'the jump')
    count = len(states)
    client.spin_until(lambda: len(states) > count + 4, 'states after the jump')
    assert 0 < np.median([state.window_s for state in states[count:]]) < YEAR_S / 1000
    assert read_limits(limit_root) == {**ORIGINAL, GPU_PATH: 307.2}
    assert client.set_parameters('resource_monitor', **{**leased, LEASE: 0.1}).successful
    client.spin_until(lambda: read_limits(limit_root) == ORIGINAL, 'the end of the lease')
    assert client.set_parameters('resource_monitor', **{GPU: 307.2}).successful
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert read_limits(limit_root) == ORIGINAL


def test_simulated_time_is_only_the_stamp(
    start_monitor: StartMonitor, limit_root: Path, client: RosClient
) -> None:
    start_monitor(limit_root, use_sim_time=True, rate_hz=20)
    states = client.listen(BoardState, 'board_state')
    client.spin_until(lambda: len(states) > 2, 'states although time stands still')
    assert states[-1].header.stamp.sec == 0
    clock = client.publisher(Clock, '/clock')
    message = Clock()
    message.clock.sec = 1234
    client.spin_until(
        lambda: states[-1].header.stamp.sec == 1234,
        'simulated time in the stamp',
        repeat=lambda: clock.publish(message),
        every_s=0.1,
    )
