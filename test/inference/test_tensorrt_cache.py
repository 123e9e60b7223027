# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Where TensorRT's engines are kept, and that nobody else can put one there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.tensorrt_cache import engine_folder, timing_folder


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Return a home without a cache."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    return tmp_path


def test_each_model_and_batch_has_a_private_folder_of_its_own(home) -> None:
    folders = [engine_folder(b'group 1', 1), engine_folder(b'group 2', 1)]
    folders.append(engine_folder(b'group 1', 48))
    assert len(set(folders)) == 3
    assert folders[0] == engine_folder(b'group 1', 1)
    shared = home / '.cache' / 'dyn_perception' / 'tensorrt'
    assert timing_folder() == shared
    for folder in folders:
        for part in (folder, folder.parent, shared, shared.parent):
            assert part.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize('given', ['relative', '', '{home}/cache'])
def test_the_cache_is_where_the_user_keeps_caches(home, monkeypatch, given) -> None:
    monkeypatch.setenv('XDG_CACHE_HOME', given.format(home=home))
    expected = home / 'cache' if given.startswith('{') else home / '.cache'
    assert timing_folder() == expected / 'dyn_perception' / 'tensorrt'


@pytest.mark.parametrize('mode', [0o770, 0o702, 0o777])
def test_folder_that_others_can_write_to_is_refused(mode) -> None:
    folder = timing_folder()
    folder.chmod(mode)
    with pytest.raises(EngineError, match=rf'{folder} is not a folder of this user .*remove it'):
        engine_folder(b'', 1)
    folder.chmod(0o755)  # others may read
    engine_folder(b'', 1)


def test_link_to_another_folder_is_refused(home) -> None:
    (home / 'elsewhere').mkdir(mode=0o700)
    (home / '.cache').mkdir()
    (home / '.cache' / 'dyn_perception').symlink_to(home / 'elsewhere')
    with pytest.raises(EngineError, match='engines of TensorRT in it would run unchecked'):
        timing_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give folders away')
def test_folder_of_somebody_else_is_refused() -> None:
    folder = timing_folder()
    os.chown(folder, 12345, 12345)
    with pytest.raises(EngineError, match='not a folder of this user'):
        timing_folder()


def test_place_that_cannot_be_written_to_is_named(home, monkeypatch) -> None:
    (home / 'file').touch()
    monkeypatch.setenv('XDG_CACHE_HOME', str(home / 'file'))
    with pytest.raises(EngineError, match=r'cannot keep its engines in .*: set XDG_CACHE_HOME'):
        timing_folder()


def test_folders_are_private_whatever_the_umask(home) -> None:
    program = (
        'import os; os.umask(0)\n'
        'from dyn_perception.inference.tensorrt_cache import timing_folder\n'
        'print(oct(timing_folder().stat().st_mode & 0o777))\n'
    )
    run = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    assert run.stdout == '0o700\n'
