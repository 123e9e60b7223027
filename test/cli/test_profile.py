# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception profile` as a process, on a simulated board that lives beside it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dyn_perception.board.board import open_board
from dyn_perception.board.runtime_folder import FOLDER_VARIABLE
from dyn_perception.profiling.profile_file import load_profile
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.live_board import LiveBoard

LIMIT_S = 120.0


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Return the root of a simulated Jetson Nano that follows the machine's time."""
    description = load_board_description('jetson_nano')
    ending = threading.Event()
    with LiveBoard(description, tmp_path / 'board', time_s=time.monotonic()) as board:

        def advance() -> None:
            while not ending.wait(0.01):
                board.advance(time.monotonic())

        thread = threading.Thread(target=advance)
        thread.start()
        yield board.root
        ending.set()
        thread.join()


def start(bundle: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, '-m', 'dyn_perception.cli.main', 'profile', str(bundle)]
    return subprocess.Popen(
        [*command, '--out', str(out), '--seconds', '0.05', '--image-size', '64', '48', *options],
        env={**os.environ, FOLDER_VARIABLE: str(out.with_name('run'))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def limit_mhz(root: Path) -> float:
    limits = {actuator.name: actuator.read() for actuator in open_board(root).actuators()}
    return limits['gpu.max_mhz']


def test_points_of_a_simulated_board(bundle_path: Path, root: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / 'profile.yaml', tmp_path / 'profile.svg'
    before = limit_mhz(root)
    process = start(
        bundle_path, out, '--root', str(root), '--placements', 'gpu', '--plot', str(picture)
    )
    output, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, errors
    assert '10 operating points of test on' in output
    profile = load_profile(out)
    assert (profile.model, profile.groups, len(profile.points)) == ('test', 2, 10)
    clocks = [point.clocks['gpu'] for point in profile.points]
    assert clocks == sorted(clocks, reverse=True)
    fastest = [point for point in profile.points if point.clocks['gpu'] == 921.6]
    assert fastest[0].latency_p50_ms < fastest[1].latency_p50_ms
    for point in profile.points:
        assert point.idle_power_w is not None and point.busy_power_w is not None
        assert point.latency_p50_ms <= point.latency_p95_ms <= point.latency_p99_ms
    assert limit_mhz(root) == before
    assert '<svg' in picture.read_text()
    assert profile.table().knobs == ('gpu',)


def test_processors_that_share_frames_are_measured_at_the_clocks_of_both(
    bundle_path: Path, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / 'profile.yaml'
    process = start(bundle_path, out, '--root', str(root), '--placements', 'gpu+cpu:a57')
    _, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, errors
    profile = load_profile(out)
    assert {point.placement for point in profile.points} == {'gpu+cpu:a57'}
    assert set(profile.table().knobs) == {'gpu', 'cpu.a57'}
    assert profile.points[0].clocks == {'gpu': 921.6, 'cpu.a57': 1479.0}
    assert profile.points[-1].clocks['cpu.a57'] < 1479.0


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_was_ended_goes_on(
    bundle_path: Path, root: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / 'profile.yaml'
    options = ('--root', str(root), '--placements', 'gpu')
    before = limit_mhz(root)
    progress = tmp_path / '.profile.yaml.progress'
    process = start(bundle_path, out, *options)
    end = time.monotonic() + LIMIT_S
    while not progress.exists() and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert not out.exists(), errors
    if number == signal.SIGTERM:
        assert process.returncode == 130
        assert limit_mhz(root) == before
    process = start(bundle_path, out, *options)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, errors
    assert 'going on after' in errors
    assert len(load_profile(out).points) == 10
    assert limit_mhz(root) == before
    assert not progress.exists()


@pytest.mark.parametrize(
    ('options', 'status', 'reason'),
    [
        (['--seconds', '0'], 2, '--seconds 0 is out of range'),
        (['--regions', '0', '8'], 2, '--regions 0 8 is out of range 1...64'),
        (['--root', '/proc'], 1, 'is no running simulated board'),
        (['--placements', 'cpu:z80'], 1, "placement 'cpu:z80' is not possible"),
    ],
)
def test_wrong_options_end_with_the_reason(
    bundle_path: Path, tmp_path: Path, options: list[str], status: int, reason: str
) -> None:
    process = start(bundle_path, tmp_path / 'profile.yaml', '--clocks', 'none', *options)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert process.returncode == status
    assert reason in errors
