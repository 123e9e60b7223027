# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole loop of the demo, as users run it: real nodes and programs, on both kinds of board."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.demo import StartDemo, demo_starter, summary_of, wait_for_line
from support.node_process import LIMIT_S

KEYS = {
    'frames', 'fps', 'top1', 'dropped', 'widths', 'target_fps', 'deadline_hit', 'width_changes',
    'labelled', 'top1_by_width', 'refused', 'latency_ms', 'seconds', 'model', 'architecture',
}  # fmt: skip
PROGRAMS = ('demo.competitor', 'demo.simulated_competitor')


@pytest.fixture
def start_demo(ros_domain_id: int) -> Iterator[StartDemo]:
    """Return a function that starts demos with options; they end with the test."""
    with demo_starter(ros_domain_id) as start:
        yield start


def children_of(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


def is_program(process: psutil.Process) -> bool:
    return any(name in process.cmdline() for name in PROGRAMS)


def programs(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if is_program(process)]


def wait_for_program(demo: subprocess.Popen[str]) -> None:
    """Wait for a competing program, which starts after it was announced."""
    wait_for_line(demo, 's  started: ')
    deadline = time.monotonic() + LIMIT_S
    while not programs(children_of(demo)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def root_in(command: list[str]) -> Path:
    """Return the folder of the board that a simulated_board was started with."""
    return Path(next(word for word in command if word.startswith('root:=')).split('"')[1])


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=LIMIT_S)
    for process in alive:
        process.kill()
    assert not alive


@pytest.mark.parametrize('options', [(), ('--board', 'jetson_nano')], ids=['machine', 'nano'])
def test_the_loop_runs_beside_programs(start_demo: StartDemo, options: tuple[str, ...]) -> None:
    demo = start_demo('--seconds', 6, *options)
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 0, stderr
    values = summary_of(stdout)
    assert values.keys() == KEYS
    assert sum(values['widths'].values()) == values['frames'] > 0
    if options:  # on this machine it depends on what else runs while width 4 is measured
        assert values['width_changes'] > 0, stderr
        assert ' → ' in stderr
    assert values['target_fps'] > 0
    assert 0 < values['deadline_hit'] <= 1
    assert values['labelled'] > values['frames']  # many images in a frame
    assert values['top1'] > 0.8
    assert values['refused'] == 0
    for text in ('alone: target', 'started: 1 × ', 'ended: 1 × ', 'started: 2 × '):
        assert text in stderr


def test_without_a_manager_nothing_reacts_on_a_simulated_board(start_demo: StartDemo) -> None:
    demo = start_demo('--seconds', 4, '--board', 'jetson_nano', '--manager', 0)
    stdout, stderr = demo.communicate(timeout=2 * LIMIT_S)
    assert demo.returncode == 0, stderr
    values = summary_of(stdout)
    assert values['widths'] == {'1': 0, '2': 0, '3': 0, '4': values['frames']}
    assert (values['width_changes'], values['refused']) == (0, 0)
    assert 0 < values['deadline_hit'] < 1, stderr
    assert 'started: ' in stderr


@pytest.mark.parametrize(
    ('options', 'count', 'number'),
    [((), 4, signal.SIGINT), (('--board', 'jetson_nano'), 5, signal.SIGKILL)],
    ids=['machine', 'nano'],
)
def test_nothing_is_left_behind(
    start_demo: StartDemo, options: tuple[str, ...], count: int, number: int
) -> None:
    demo = start_demo(*options, '--seconds', 5)
    wait_for_program(demo)
    processes = children_of(demo)
    commands = [process.cmdline() for process in processes]
    # On a busy machine a second program may be there, or about to be: until then it has the
    # command of the demo.
    others = [
        psutil.Process(demo.pid).cmdline(),
        *map(psutil.Process.cmdline, programs(processes)),
    ]
    assert len([command for command in commands if command not in others]) == count
    roots = [root_in(command) for command in commands if 'simulated_board' in command]
    assert all(root.is_dir() for root in roots)
    demo.send_signal(number)
    stdout, stderr = demo.communicate(timeout=LIMIT_S)
    if number == signal.SIGINT:
        assert demo.returncode == 0, stderr
        assert summary_of(stdout)['frames'] > 0
    assert_gone(processes)
    assert not any(root.exists() for root in roots)


def test_a_node_that_dies_ends_the_demo(start_demo: StartDemo) -> None:
    demo = start_demo()
    wait_for_line(demo, 'fps')
    processes = children_of(demo)
    next(process for process in processes if 'manager' in process.cmdline()).kill()
    stdout, stderr = demo.communicate(timeout=LIMIT_S)
    assert (demo.returncode, stdout) == (1, '')
    assert stderr.splitlines()[-1].startswith('demo: manager ended with SIGKILL')
    assert_gone(processes)
