# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node as a process: how it starts and ends, and what it leaves behind."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.limit_tree import (
    CPU,
    CPU_PATHS,
    GPU,
    GPU_PATH,
    ORIGINAL,
    make_tree,
    read_limits,
    set_boot,
    write_limit,
)
from support.node_process import NodeProcess
from support.unprivileged_monitor import NOBODY

StartMonitor = Callable[..., NodeProcess]
STARTED = 'clock limits:'
CHANGED = {**dict.fromkeys(CPU_PATHS, 400.0), GPU_PATH: 307.2}


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        ({'sysfs_root': '/no/such/board'}, "root '/no/such/board' is not a folder"),
        ({'sysfs_root': ''}, "sysfs_root '' names no folder"),
        ({GPU: 1000}, 'gpu.max_mhz 1000.0 is out of range 76.8...921.6 MHz'),
        ({'limit_lease_s': 2.0}, 'limit_lease_s 2 cannot be given at the start'),
        ({'rate_hz': 1000}, 'rate_hz 1000.0 is out of range 0.1...100 Hz'),
    ],
)
def test_wrong_parameter_ends_the_node_with_the_reason(
    start_monitor: StartMonitor, limit_root: Path, parameters: dict[str, object], reason: str
) -> None:
    process = start_monitor(limit_root, **{'gpu.max_mhz': 614.4, **parameters})
    assert process.wait() == 1
    assert reason in process.lines[-1]
    assert read_limits(limit_root) == ORIGINAL


@pytest.mark.parametrize(
    ('number', 'status'),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGKILL, -9)],
)
def test_every_end_puts_the_limits_back(
    start_monitor: StartMonitor, limit_root: Path, number: signal.Signals, status: int
) -> None:
    process = start_monitor(limit_root, **{CPU: 400, GPU: 310})
    process.wait_for_line(STARTED)
    assert read_limits(limit_root) == CHANGED
    process.send_signal(number)
    assert process.wait() == status
    if number == signal.SIGKILL:
        assert read_limits(limit_root) == CHANGED
        again = start_monitor(limit_root)
        again.wait_for_line('which an earlier resource monitor left at 307.2 MHz, to 921.6 MHz')
        again.wait_for_line(STARTED)
    assert read_limits(limit_root) == ORIGINAL
    assert not [line for line in process.lines if 'Traceback' in line]


def test_exception_puts_the_limits_back(start_monitor: StartMonitor, limit_root: Path) -> None:
    process = start_monitor(limit_root, 'support.faulty_monitor', **{CPU: 400, GPU: 310})
    process.wait_for_line(STARTED)
    assert read_limits(limit_root) == CHANGED
    (limit_root / 'fault').touch()
    assert process.wait() == 1
    assert 'a fault of the test' in process.lines[-1]
    assert read_limits(limit_root) == ORIGINAL


def test_limit_of_another_program_stays(start_monitor: StartMonitor, limit_root: Path) -> None:
    process = start_monitor(limit_root, **{CPU: 400, GPU: 310})
    process.wait_for_line(STARTED)
    write_limit(limit_root, GPU_PATH, 76.8)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert read_limits(limit_root) == {**ORIGINAL, GPU_PATH: 76.8}


@pytest.mark.parametrize(
    ('damage', 'reason'),
    [
        (lambda root, record: record.write_text('{"limits": {'), 'it is damaged'),
        (lambda root, record: set_boot(root, 'second'), 'before the board was started last'),
        (
            lambda root, record: (root / 'proc/device-tree/model').write_text('Other board'),
            "it is of another board, 'Test board'",
        ),
    ],
)
def test_record_that_is_not_to_be_believed_is_discarded(
    start_monitor: StartMonitor,
    limit_root: Path,
    tmp_path: Path,
    damage: Callable[[Path, Path], object],
    reason: str,
) -> None:
    process = start_monitor(limit_root, **{GPU: 310})
    process.wait_for_line(STARTED)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (record,) = (tmp_path / 'run').iterdir()
    damage(limit_root, record)
    again = start_monitor(limit_root)
    assert reason in again.wait_for_line('is discarded')
    again.wait_for_line(STARTED)
    assert read_limits(limit_root)[GPU_PATH] == 307.2
    assert not record.exists()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that every user can read, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix='dyn_perception_test_') as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_without_the_right_a_limit_is_refused_with_the_remedy(
    start_node: Callable[..., NodeProcess], open_folder: Path
) -> None:
    root = open_folder / 'board'
    make_tree(root)
    for path in ORIGINAL:
        (root / path).chmod(0o444)
    record_folder = open_folder / 'run'
    record_folder.mkdir()
    if os.geteuid() == 0:
        os.chown(record_folder, NOBODY, NOBODY)
    process = start_node(
        'support.unprivileged_monitor',
        parameters={'sysfs_root': str(root), GPU: 614.4, CPU: 800.0},
        environment={
            'ROS_LOG_DIR': str(record_folder),
            'DYN_PERCEPTION_RUNTIME_DIR': str(record_folder),
        },
    )
    assert process.wait() == 1
    assert 'must not be written by user' in process.lines[-1]
    assert 'config/README.md' in process.lines[-1]
    assert read_limits(root) == ORIGINAL
