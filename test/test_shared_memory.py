# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the session sweeps of shared memory, and what it leaves."""

import fcntl
from pathlib import Path

import pytest

from support import shared_memory
from support.shared_memory import sweep

SEGMENTS = 'fastrtps_0123456789abcdef', 'fastdds_fedcba9876543210'
OTHERS = {
    'fastrtps_port7661', 'fastrtps_port7661_el', 'sem.fastrtps_port7661_mutex',
    'fastrtps_notes_el', 'lttng-ust-wait-6',
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with segments and other things, all old enough."""
    for name in (*SEGMENTS, *(f'{name}_el' for name in SEGMENTS), *OTHERS):
        (tmp_path / name).touch()
    monkeypatch.setattr(shared_memory, 'YOUNG_S', -1.0)
    return tmp_path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_segments_that_no_process_has_are_removed(folder: Path) -> None:
    assert sorted(sweep(folder)) == sorted([*SEGMENTS, *(f'{name}_el' for name in SEGMENTS)])
    assert names_in(folder) == OTHERS


@pytest.mark.parametrize('kind', [fcntl.LOCK_EX, fcntl.LOCK_SH])
def test_what_a_process_has_stays(folder: Path, kind: int) -> None:
    with (folder / f'{SEGMENTS[0]}_el').open() as lock:
        fcntl.flock(lock, kind)
        sweep(folder)
    assert names_in(folder) == {SEGMENTS[0], f'{SEGMENTS[0]}_el', *OTHERS}


def test_what_was_made_lately_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, 'YOUNG_S', 60.0)
    assert sweep(folder) == []


def test_what_another_user_has_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('os.geteuid', lambda: 12345)
    assert sweep(folder) == []
