# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of board, read and limited through the resource_monitor node over DDS."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dyn_perception import msg
from dyn_perception.board import state
from support.board_trees import BOARD_TREES, WrittenBoard, differences
from support.node_process import NodeProcess
from support.ros_client import RosClient

STEP_S = 0.05
SUBSTATES = {
    'clusters': state.ClusterState,
    'gpus': state.GpuState,
    'rails': state.RailPower,
    'zones': state.ZoneTemperature,
    'events': state.EventCounter,
}


def from_message(message: Any, kind: type = state.BoardState) -> Any:
    """Return what a message says, as a reading."""
    values = {field.name: getattr(message, field.name) for field in fields(kind)}
    for name, value in values.items():
        if name in SUBSTATES:
            values[name] = tuple(from_message(entry, SUBSTATES[name]) for entry in value)
        elif not isinstance(value, (str, bool, int, float)):
            values[name] = tuple(value.tolist())
    return kind(**values)


def single(value: Any) -> Any:
    """Round every number as a message does."""
    if is_dataclass(value):
        return type(value)(*(single(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, tuple):
        return tuple(single(entry) for entry in value)
    return float(np.float32(value)) if isinstance(value, float) else value


def without_rapl(board: WrittenBoard, reading: state.BoardState) -> state.BoardState:
    """Leave out what is energy over time that passes in the real world."""
    return replace(reading, rails=(), total_power_w=0.0) if board.rapl_w else reading


@pytest.mark.parametrize('name', BOARD_TREES)
def test_board_is_read_and_limited(
    name: str,
    start_monitor: Callable[..., NodeProcess],
    client: RosClient,
    tmp_path: Path,
) -> None:
    board = BOARD_TREES[name](tmp_path / 'board')
    wanted = without_rapl(board, single(board.state))
    start_monitor(board.root, rate_hz=20)
    messages = client.listen(msg.BoardState, 'board_state')

    def found() -> list[str]:
        if not messages:
            return ['no message']
        return differences(without_rapl(board, single(from_message(messages[-1]))), wanted)

    client.spin_until(lambda: not found(), 'the state', repeat=board.step, every_s=STEP_S)
    names = client.list_parameters('resource_monitor')
    assert sorted(entry for entry in names if entry.endswith('.max_mhz')) == sorted(
        board.actuators
    )
    for actuator, (lowest, highest, steps) in board.actuators.items():
        (before,) = client.get_parameters('resource_monitor', actuator)
        asked = (lowest + highest) / 2 + 0.001
        assert client.set_parameters('resource_monitor', **{actuator: asked}).successful
        expected = max([step for step in steps if step <= asked], default=asked)
        assert client.get_parameters('resource_monitor', actuator) == [pytest.approx(expected)]
        client.spin_until(
            lambda name=actuator, mhz=expected: limit_in(messages[-1], name) == pytest.approx(mhz),
            'the limit in board_state',
        )
        assert not client.set_parameters('resource_monitor', **{actuator: highest + 1}).successful
        assert client.set_parameters('resource_monitor', **{actuator: before}).successful


def limit_in(message: msg.BoardState, actuator: str) -> float:
    """Return the limit of an actuator's processor."""
    processor = actuator.removeprefix('cpu.').removesuffix('.max_mhz')
    states = (*message.clusters, *message.gpus)
    return next(state.limit_mhz for state in states if state.name == processor)
