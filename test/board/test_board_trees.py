# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Every quantity of every kind of board, from a tree like its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dyn_perception.board.board import open_board
from dyn_perception.board.state import BoardState
from support.board_trees import BOARD_TREES, WrittenBoard, differences
from support.manual_clock import ManualClock


def read_twice(board: WrittenBoard) -> BoardState:
    """Return the second reading, a second after the first."""
    clock = ManualClock()
    opened = open_board(board.root, clock)
    opened.read()
    board.step()
    clock.sleep(1.0)
    return opened.read()


@pytest.mark.parametrize('write', BOARD_TREES.values(), ids=BOARD_TREES)
def test_every_quantity_of_a_board_is_read(
    write: Callable[[Path], WrittenBoard], tmp_path: Path
) -> None:
    board = write(tmp_path)
    state = read_twice(board)
    assert differences(state, board.state) == []
    assert state.window_s == pytest.approx(1.0)


@pytest.mark.parametrize('write', BOARD_TREES.values(), ids=BOARD_TREES)
def test_the_clock_limits_of_a_board_are_found(
    write: Callable[[Path], WrittenBoard], tmp_path: Path
) -> None:
    board = write(tmp_path)
    actuators = open_board(tmp_path).actuators()
    found = {
        actuator.name: (actuator.minimum_mhz, actuator.maximum_mhz, actuator.steps_mhz)
        for actuator in actuators
    }
    assert found == board.actuators
    limits = {f'cpu.{cluster.name}.max_mhz': cluster.limit_mhz for cluster in board.state.clusters}
    limits |= {f'{gpu.name}.max_mhz': gpu.limit_mhz for gpu in board.state.gpus}
    assert {actuator.name: actuator.read() for actuator in actuators} == {
        name: limits[name] for name in found
    }
