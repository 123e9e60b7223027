# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The record of changed limits: what is believed of it, and where it is kept."""

import json
import logging
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyn_perception.board.board import open_board
from dyn_perception.board.limits import LimitSession
from dyn_perception.board.lock import BoardLock
from dyn_perception.board.runtime_folder import (
    FOLDER_VARIABLE,
    RuntimeFolderError,
    make_runtime_folder,
    runtime_folders,
)
from dyn_perception.board.state_file import (
    SavedLimit,
    SavedLimits,
    StateFile,
    StateFileError,
    read_boot_id,
)
from support.limit_tree import GPU, GPU_PATH, make_tree, read_limits, set_boot

SAVED = SavedLimits(
    boot_id='first',
    board='Test board',
    root='/board',
    limits={GPU_PATH: SavedLimit(original_mhz=921.6, applied_mhz=(614.4, 307.2))},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_runtime_folder((tmp_path / 'run',))


@pytest.fixture
def file(folder: Path) -> StateFile:
    file = StateFile(folder, Path('/board'))
    file.save(SAVED)
    return file


def test_record_comes_back_as_it_was_saved(file: StateFile, folder: Path) -> None:
    assert file.load() == SAVED
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [file.path]
    file.remove()
    assert file.load() is None
    assert StateFile(folder, Path('/other')).path != file.path


def test_failed_save_leaves_the_former_record(
    file: StateFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError('no space left')

    monkeypatch.setattr(os, 'fsync', fail)
    with pytest.raises(OSError, match='no space left'):
        file.save(SAVED.model_copy(update={'boot_id': 'second'}))
    assert file.load() == SAVED
    assert list(folder.iterdir()) == [file.path]


def damaged(**changes: Any) -> bytes:
    return json.dumps({**json.loads(SAVED.model_dump_json()), **changes}).encode()


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'{',
        b'\xff\xfe\x00',
        b'[' * 60000,
        b' ' * 70000,
        b'null',
        SAVED.model_dump_json().encode()[:-2],
        damaged(format_version=2),
        damaged(boot_id=5),
        damaged(more=1),
        damaged(limits={'a': {'original_mhz': float('nan'), 'applied_mhz': [1.0]}}),
        damaged(limits={'a': {'original_mhz': -1.0, 'applied_mhz': [1.0]}}),
        damaged(limits={'a': {'original_mhz': 1.0, 'applied_mhz': []}}),
        damaged(limits={'a': {'original_mhz': '1', 'applied_mhz': [1.0]}}),
    ],
)
def test_damaged_record_is_refused(file: StateFile, content: bytes) -> None:
    file.path.write_bytes(content)
    with pytest.raises(StateFileError, match=r'it is (damaged|larger)'):
        file.load()


@given(content=st.binary(max_size=200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_breaks_the_reader(file: StateFile, content: bytes) -> None:
    file.path.write_bytes(content)
    with pytest.raises(StateFileError):
        file.load()


def test_record_that_is_no_file_is_refused(file: StateFile, tmp_path: Path) -> None:
    target = file.path.rename(tmp_path / 'target')
    file.path.symlink_to(target)
    with pytest.raises(OSError, match='symbolic links'):
        file.load()
    file.path.unlink()
    file.path.mkdir()
    with pytest.raises(StateFileError, match='no regular file'):
        file.load()


def test_record_in_a_folder_open_to_everybody_is_not_read(file: StateFile, folder: Path) -> None:
    folder.chmod(0o777)
    assert file.load() is None
    with pytest.raises(RuntimeFolderError, match='others can write to it'):
        make_runtime_folder((folder,))


def test_folder_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / 'target').mkdir(mode=0o700)
    (tmp_path / 'link').symlink_to(tmp_path / 'target')
    with pytest.raises(RuntimeFolderError, match=FOLDER_VARIABLE):
        make_runtime_folder((tmp_path / 'link',))
    assert make_runtime_folder((tmp_path / 'link', tmp_path / 'own')) == tmp_path / 'own'
    assert stat.S_IMODE((tmp_path / 'own').stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason='gives a folder to another user')
def test_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    (tmp_path / 'run').mkdir(mode=0o700)
    os.chown(tmp_path / 'run', 65534, 65534)
    with pytest.raises(RuntimeFolderError):
        make_runtime_folder((tmp_path / 'run',))


def test_environment_names_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert runtime_folders()[0] == Path('/run/dyn_perception')
    monkeypatch.setenv(FOLDER_VARIABLE, '/somewhere')
    assert runtime_folders() == (Path('/somewhere'),)


def test_boot_id_is_that_of_the_board(tmp_path: Path) -> None:
    machine = Path('/proc/sys/kernel/random/boot_id').read_text().strip()
    assert read_boot_id(tmp_path) == machine
    set_boot(tmp_path, 'simulated')
    assert read_boot_id(tmp_path) == 'simulated'


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'boot_id': 'other'}, 'before the board was started last'),
        ({'board': 'Other board'}, "of another board, 'Other board'"),
        ({'root': '/other'}, 'of another root, /other'),
    ],
)
def test_record_of_something_else_is_discarded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, str], reason: str
) -> None:
    root = tmp_path / 'board'
    make_tree(root)
    folders = (tmp_path / 'run',)
    session = LimitSession(open_board(root), folders=folders)
    session.apply(GPU, 307.2)
    session._lock.release()  # as a kill would
    (path,) = folders[0].iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with caplog.at_level(logging.WARNING):
        LimitSession(open_board(root), folders=folders).start()
    assert reason in caplog.text
    assert read_limits(root)[GPU_PATH] == 307.2
    assert not path.exists()


def test_lock_is_of_the_board_whatever_its_path(tmp_path: Path) -> None:
    (tmp_path / 'board/sys').mkdir(parents=True)
    (tmp_path / 'link').symlink_to('board')
    first, second = BoardLock(tmp_path / 'board'), BoardLock(tmp_path / 'link')
    assert first.acquire() and first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire() and second.is_held and not first.is_held
    second.release()
