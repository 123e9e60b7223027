# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Clock limits: what is set, what is refused, and that all of it is put back."""

import logging
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from dyn_perception.board.board import PROBE_INTERVAL_S, open_board
from dyn_perception.board.errors import BoardError
from dyn_perception.board.files import Tree
from dyn_perception.board.limits import LimitSession
from support.limit_tree import (
    CPU,
    CPU_PATHS,
    GPU,
    GPU_PATH,
    ORIGINAL,
    floor_of,
    make_tree,
    read_limits,
    write_limit,
)

CPU_800 = dict.fromkeys(CPU_PATHS, 800.0)


class Time:
    """Monotonic time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_tree(tmp_path / 'board')
    return tmp_path / 'board'


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def new_session(tmp_path: Path, root: Path, time: Time) -> Callable[[], LimitSession]:
    return lambda: LimitSession(open_board(root), folders=(tmp_path / 'run',), clock=time)


@pytest.fixture
def session(new_session: Callable[[], LimitSession]) -> LimitSession:
    session = new_session()
    assert session.start()
    return session


@pytest.mark.parametrize(
    ('asked_mhz', 'applied_mhz'),
    [(640, 614.4), (614.4, 614.4), (614.39, 307.2), (921.5999755859375, 921.6), (76.8, 76.8)],
)
def test_limit_becomes_the_step_below(
    session: LimitSession, root: Path, asked_mhz: float, applied_mhz: float
) -> None:
    assert session.apply(GPU, asked_mhz) == applied_mhz
    assert read_limits(root) == {**ORIGINAL, GPU_PATH: applied_mhz}
    session.close()
    assert read_limits(root) == ORIGINAL


@pytest.mark.parametrize('mhz', [math.nan, math.inf, -math.inf, 0.0, -614.4, 76.7, 921.7, 1e300])
def test_limit_out_of_range_is_refused(session: LimitSession, root: Path, mhz: float) -> None:
    with pytest.raises(BoardError, match=r'is out of range 76\.8\.\.\.921\.6 MHz: the steps are'):
        session.apply_all({CPU: 800.0, GPU: mhz})
    assert read_limits(root) == ORIGINAL


def test_limit_that_is_not_there_is_refused(session: LimitSession) -> None:
    with pytest.raises(BoardError, match=r'no limit cpu\.a57\.max_mhz: it has cpu\.cpu\.max_mhz'):
        session.apply('cpu.a57.max_mhz', 800.0)


@pytest.mark.parametrize('lease_s', [math.nan, math.inf, -1.0, 3601.0])
def test_lease_out_of_range_is_refused(session: LimitSession, root: Path, lease_s: float) -> None:
    with pytest.raises(BoardError, match=r'out of range 0\.\.\.3600 s'):
        session.apply(GPU, 614.4, lease_s)
    assert read_limits(root) == ORIGINAL


def test_limit_below_the_lowest_allowed_clock_is_refused(
    session: LimitSession, root: Path
) -> None:
    write_limit(root, floor_of(CPU_PATHS[1]), 800.0)
    with pytest.raises(BoardError, match='below 800 MHz, the lowest clock that is allowed'):
        session.apply_all({GPU: 614.4, CPU: 400.0})
    assert read_limits(root) == ORIGINAL


def test_write_that_fails_changes_nothing(
    session: LimitSession, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.apply(CPU, 800.0)
    write = Tree.write

    def refuse_gpu(tree: Tree, path: str, content: bytes) -> None:
        if path == GPU_PATH:
            raise PermissionError
        write(tree, path, content)

    monkeypatch.setattr(Tree, 'write', refuse_gpu)
    with pytest.raises(BoardError, match=r'must not be written by user \d+: .*config/README.md'):
        session.apply_all({CPU: 400.0, GPU: 614.4})
    assert read_limits(root) == {**ORIGINAL, **CPU_800}
    session.close()
    assert read_limits(root) == ORIGINAL
    assert not list((tmp_path / 'run').iterdir())


def test_write_without_effect_is_refused(
    session: LimitSession, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tree, 'write', lambda *_: None)
    with pytest.raises(BoardError, match=r'keeps 921\.6 MHz'):
        session.apply(GPU, 614.4)
    assert read_limits(root) == ORIGINAL


def test_nothing_is_set_without_a_record(root: Path, tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    session = LimitSession(open_board(root), folders=(tmp_path / 'file',))
    with pytest.raises(BoardError, match=r'record .* cannot be written: .*file.*RUNTIME_DIR'):
        session.apply(GPU, 614.4)
    assert read_limits(root) == ORIGINAL


def test_second_session_sets_nothing_until_the_first_has_ended(
    session: LimitSession, new_session: Callable[[], LimitSession], root: Path
) -> None:
    second = new_session()
    assert not second.start()
    session.apply(GPU, 614.4)
    with pytest.raises(BoardError, match='another resource monitor'):
        second.apply(GPU, 307.2)
    assert second.observe()[GPU] == 614.4
    second.close()
    assert read_limits(root)[GPU_PATH] == 614.4
    session.close()
    assert second.apply(GPU, 307.2) == 307.2
    second.close()
    assert read_limits(root) == ORIGINAL


def test_lease_goes_back_to_the_limit_before_it(
    session: LimitSession, root: Path, time: Time
) -> None:
    session.apply(GPU, 614.4)
    session.apply_all({GPU: 307.2, CPU: 800.0}, 2.0)
    time.now_s += 1.9
    session.apply(GPU, 76.8, 2.0)
    time.now_s += 1.9
    assert session.end_lapsed() == {CPU: 1600.0}
    assert session.leased == (GPU,)
    time.now_s += 0.2
    assert session.end_lapsed() == {GPU: 614.4}
    assert read_limits(root) == {**ORIGINAL, GPU_PATH: 614.4}


def test_lease_leaves_what_somebody_else_set(
    session: LimitSession, root: Path, time: Time
) -> None:
    session.apply_all({GPU: 307.2, CPU: 800.0}, 2.0)
    write_limit(root, GPU_PATH, 153.6)
    assert session.observe() == {GPU: 153.6, CPU: 800.0}
    assert session.leased == (CPU,)
    time.now_s += 2
    assert session.end_lapsed() == {CPU: 1600.0}
    session.close()
    assert read_limits(root) == {**ORIGINAL, GPU_PATH: 153.6}


def test_core_that_comes_back_is_limited_too(
    session: LimitSession, root: Path, time: Time
) -> None:
    file = root / CPU_PATHS[1]
    hidden = file.rename(file.with_name('offline'))
    assert session.apply(CPU, 800.0, 2.0) == 800.0
    assert session.observe()[CPU] == 800.0
    hidden.rename(file)
    assert session.observe()[CPU] == 800.0
    assert read_limits(root) == {**ORIGINAL, **CPU_800}
    time.now_s += 2
    assert session.end_lapsed() == {CPU: 1600.0}
    assert read_limits(root) == ORIGINAL


def test_core_that_was_never_online_before_is_limited_too(
    root: Path, tmp_path: Path, time: Time
) -> None:
    folder = (root / CPU_PATHS[1]).parent
    hidden = folder.rename(tmp_path / 'offline')
    board = open_board(root, time)
    session = LimitSession(board, folders=(tmp_path / 'run',), clock=time)
    assert session.apply(CPU, 800.0) == 800.0
    hidden.rename(folder)
    for _ in range(10):  # the board looks for new sensors little by little
        time.now_s += PROBE_INTERVAL_S
        board.read()
        assert session.observe()[CPU] == 800.0
    assert read_limits(root) == {**ORIGINAL, **CPU_800}
    session.close()
    assert read_limits(root) == ORIGINAL


def test_limit_of_cores_that_are_all_offline_is_refused(session: LimitSession, root: Path) -> None:
    for path in CPU_PATHS:
        (root / path).unlink()
    with pytest.raises(BoardError, match=r'is gone: .* switch the cores'):
        session.apply(CPU, 800.0)
    assert math.isnan(session.observe()[CPU])


def test_limit_that_cannot_be_put_back_now_is_put_back_by_the_next(
    session: LimitSession,
    new_session: Callable[[], LimitSession],
    root: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session.apply_all({CPU: 800.0, GPU: 614.4})
    file = root / GPU_PATH
    hidden = file.rename(file.with_name('gone'))
    session.close()
    assert 'could not be put back to 921.6 MHz (' in caplog.text
    assert 'the next start, tries again' in caplog.text
    hidden.rename(file)
    assert read_limits(root) == {**ORIGINAL, GPU_PATH: 614.4}
    with caplog.at_level(logging.WARNING):
        assert new_session().start()
    assert 'which an earlier resource monitor left at 614.4 MHz, to 921.6 MHz' in caplog.text
    assert read_limits(root) == ORIGINAL


def test_board_without_limits_needs_no_lock(tmp_path: Path) -> None:
    sessions = [LimitSession(open_board(tmp_path), folders=(tmp_path,)) for _ in range(2)]
    assert all(session.start() for session in sessions)
    assert sessions[0].observe() == {}
    with pytest.raises(BoardError, match='it has none'):
        sessions[0].apply(GPU, 614.4)


def test_zero_is_no_limit(session: LimitSession, root: Path) -> None:
    write_limit(root, GPU_PATH, 0)
    assert session.observe()[GPU] == 921.6
    assert session.apply(GPU, 614.4) == 614.4
    session.close()
    assert read_limits(root) == ORIGINAL


@pytest.mark.parametrize('content', ['', '-614400000', 'fast', '9' * 18])
def test_limit_that_makes_no_sense_is_left_alone(
    session: LimitSession, root: Path, content: str
) -> None:
    (root / GPU_PATH).write_text(content)
    assert math.isnan(session.observe()[GPU])
    with pytest.raises(BoardError, match='cannot be read'):
        session.apply(GPU, 614.4)
    assert (root / GPU_PATH).read_text() == content


def test_board_that_has_ended_leaves_nothing_to_put_back(
    session: LimitSession, root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    session.apply_all({GPU: 614.4, CPU: 800.0}, 2.0)
    root.rename(tmp_path / 'gone')
    assert all(math.isnan(mhz) for mhz in session.observe().values())
    session.close()
    assert not caplog.text
    assert not list((tmp_path / 'run').iterdir())
