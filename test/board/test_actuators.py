# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Clock limits: where they are, and what is said when one cannot be written."""

import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.board import open_board
from dyn_perception.board.errors import BoardError
from support.board_trees import write_cloud, write_jetson_nano, write_jetson_xavier_nx
from support.tree_writer import CPU

POLICY = f'{CPU}/cpufreq/policy'


def actuators(root: Path) -> dict[str, Actuator]:
    return {actuator.name: actuator for actuator in open_board(root).actuators()}


def test_a_limit_is_written_in_the_unit_of_its_file(tmp_path: Path) -> None:
    write_jetson_nano(tmp_path)
    found = actuators(tmp_path)
    found['gpu.max_mhz'].write(76.8)
    found['cpu.a57.max_mhz'].write(1132.8)
    gpu = tmp_path / 'sys/class/devfreq/57000000.gpu/max_freq'
    assert gpu.read_text().strip() == '76800000'
    assert (tmp_path / f'{POLICY}0/scaling_max_freq').read_text().strip() == '1132800'
    assert found['gpu.max_mhz'].read() == 76.8
    assert open_board(tmp_path).read().gpus[0].limit_mhz == 76.8


def test_every_policy_of_a_cluster_gets_the_limit(tmp_path: Path) -> None:
    write_jetson_xavier_nx(tmp_path)
    limit = actuators(tmp_path)['cpu.carmel.max_mhz']
    limit.write(1190.4)
    for core in (0, 2, 4):
        assert (tmp_path / f'{POLICY}{core}/scaling_max_freq').read_text().strip() == '1190400'
    (tmp_path / f'{POLICY}2/scaling_max_freq').write_text('1420800\n')
    assert limit.read() == 1420.8  # the highest clock that a core of the cluster may have


def test_a_limit_below_the_lowest_clock_that_is_set_is_refused_and_nothing_changed(
    tmp_path: Path,
) -> None:
    write_jetson_xavier_nx(tmp_path)
    (tmp_path / f'{POLICY}4/scaling_min_freq').write_text('1190400\n')
    limit = actuators(tmp_path)['cpu.carmel.max_mhz']
    with pytest.raises(
        BoardError, match=r'limit 1113.6 MHz is below 1190.4 MHz.*lower that first'
    ):
        limit.write(1113.6)
    for core in (0, 2, 4):
        assert (tmp_path / f'{POLICY}{core}/scaling_max_freq').read_text().strip() == '1420800'


def test_a_limit_that_is_gone_says_so(tmp_path: Path) -> None:
    write_jetson_nano(tmp_path)
    limit = actuators(tmp_path)['cpu.a57.max_mhz']
    shutil.rmtree(tmp_path / f'{POLICY}0')
    assert math.isnan(limit.read()) and not limit.settable
    with pytest.raises(BoardError, match='is gone'):
        limit.write(1000.0)


def test_a_file_that_is_none_is_not_written(tmp_path: Path) -> None:
    write_jetson_nano(tmp_path)
    limit = actuators(tmp_path)['cpu.a57.max_mhz']
    path = tmp_path / f'{POLICY}0/scaling_max_freq'
    path.unlink()
    path.mkdir()
    with pytest.raises(BoardError, match='does not take 1000 MHz'):
        limit.write(1000.0)


def test_a_board_without_clocks_has_no_limits(tmp_path: Path) -> None:
    write_cloud(tmp_path)
    assert actuators(tmp_path) == {}


def test_an_unprivileged_user_is_told_what_helps() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / 'root'
        Path(folder).chmod(0o755)
        write_jetson_nano(root)
        limit = root / f'{POLICY}0/scaling_max_freq'
        limit.chmod(0o444)
        code = (
            'import os, sys\n'
            'from pathlib import Path\n'
            'from dyn_perception.board.board import open_board\n'
            'os.getuid() or (os.setgid(65534), os.setuid(65534))\n'
            'board = open_board(Path(sys.argv[1]))\n'
            'print(board.read().clusters[0].limit_settable, board.actuators()[0].settable)\n'
            'board.actuators()[0].write(1000.0)\n'
        )
        done = subprocess.run(
            [sys.executable, '-c', code, root], capture_output=True, text=True, check=False
        )
        assert done.stdout.split() == ['False', 'False']
        assert 'must not be written by user' in done.stderr and 'run as root' in done.stderr
        assert limit.read_text().strip() == '1428000'


def test_a_policy_that_does_not_tell_its_cores_has_one_limit_all_the_same(tmp_path: Path) -> None:
    """The folders of the other cores are links to it."""
    write_jetson_nano(tmp_path)
    (tmp_path / f'{POLICY}0/related_cpus').write_text('\n')
    assert len(actuators(tmp_path)['cpu.a57.max_mhz'].limit_files) == 1
