# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo shows on this machine, and the commands that it names."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from dyn_perception.demo.competition import Calibration, simulated_competitor
from dyn_perception.demo.observations import Board, Processor
from dyn_perception.demo.stage import Stage, program_command, set_command, this_machine

BOARD = Board(
    'Nano',
    (
        Processor('cpu:a57', maximum_mhz=1479.0, parameter='cpu.a57.max_mhz'),
        Processor('gpu', maximum_mhz=921.6, parameter='gpu.max_mhz'),
    ),
)


@pytest.fixture(params=[True, False])
def has_ros2(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(shutil, 'which', lambda name: '/bin/ros2' if request.param else None)
    return bool(request.param)


def test_the_command_that_sets_is_one_that_is_there(has_ros2: bool) -> None:
    assert set_command('/demo_1/perception', 'width', '2') == (
        'ros2 param set /demo_1/perception width 2'
        if has_ros2
        else 'make set NODE=/demo_1/perception PARAMETER=width VALUE=2'
    )


def test_the_program_is_named_where_another_terminal_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'prefix', str(tmp_path / '.venv'))
    monkeypatch.chdir(tmp_path)
    assert program_command() == 'dyn-perception'
    (tmp_path / '.venv/bin').mkdir(parents=True)
    (tmp_path / '.venv/bin/dyn-perception').touch()
    assert program_command() == '.venv/bin/dyn-perception'
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    assert program_command() == 'dyn-perception'


@pytest.mark.parametrize('has_ros2', [True], indirect=True)
@pytest.mark.parametrize(
    ('board', 'has_manager', 'command'),
    [
        (BOARD, True, 'ros2 param set /demo_1/resource_monitor gpu.max_mhz 461'),
        (
            Board('', (Processor('cpu', 0.5),)),
            True,
            'ros2 param set /demo_1/manager target_fps 10',
        ),
        (None, False, 'ros2 param set /demo_1/perception width 2'),
    ],
)
def test_hints_name_nodes_and_root(
    has_ros2: bool, board: Board | None, has_manager: bool, command: str
) -> None:
    root = Path('/tmp/nano_1')
    program = simulated_competitor(root, 'gpu', 0.5)
    stage = Stage('', (2, 3), 'gpu', program, 'half of the gpu', root=root)
    hints = stage.hints('demo_1', board, has_manager)
    assert hints[0] == command
    assert hints[1].endswith('dyn-perception board --load gpu=0.5 --root /tmp/nano_1')


@pytest.mark.parametrize('cores', [{3}, {0, 1}, {2, 5, 7}])
def test_network_and_programs_share_a_core(
    cores: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: cores)
    stage = this_machine()
    assert stage.loading.arguments == (str(max(cores)),)
    # A single core needs no binding.
    assert stage.placement == (f'cpu:{max(cores)}' if len(cores) > 1 else '')


@pytest.mark.parametrize(
    ('service_ms', 'target_fps', 'counts'), [(36.0, 18.5, (1, 2)), (3.0, 60.0, (6, 9))]
)
def test_the_second_level_of_the_load_has_more_programs(
    service_ms: float, target_fps: float, counts: tuple[int, int]
) -> None:
    loads = this_machine().loads(Calibration(service_ms, target_fps))
    assert tuple(len(loads[level].programs) for level in (1, 2)) == counts
    assert loads[1].text.startswith(f'{counts[0]} × compressing data')
