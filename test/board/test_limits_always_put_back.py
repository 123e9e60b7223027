# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens in whatever order: every limit ends as others than the session wanted it."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from dyn_perception.board.board import open_board
from dyn_perception.board.errors import BoardError
from dyn_perception.board.files import Tree
from dyn_perception.board.limits import LimitSession
from support.limit_tree import (
    CPU,
    CPU_STEPS,
    GPU,
    GPU_STEPS,
    ORIGINAL,
    make_tree,
    read_limits,
    write_limit,
)

PATHS = sorted(ORIGINAL)
LIMITS = st.fixed_dictionaries(
    {}, optional={CPU: st.sampled_from(CPU_STEPS), GPU: st.sampled_from(GPU_STEPS)}
).filter(bool)
WRITE = Tree.write


class KilledError(BaseException):
    """Ends the session in the middle of a write, as SIGKILL does."""


class Faults:
    """Writes of limits that fail or are the last thing that the process does."""

    kill_at: int | None = None
    is_done = False
    refused: str | None = None

    def write(self, tree: Tree, path: str, content: bytes) -> None:
        if path == self.refused:
            raise PermissionError
        if self.kill_at == 0:
            if self.is_done:
                WRITE(tree, path, content)
            raise KilledError
        WRITE(tree, path, content)
        if self.kill_at is not None:
            self.kill_at -= 1


class Limits(RuleBasedStateMachine):
    """A session, other programs, a user who kills, cores that come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix='dyn_perception_test_'))
        self.root = self.folder / 'board'
        make_tree(self.root)
        self.now_s = 0.0
        self.wanted_by_others = dict(ORIGINAL)
        self.foreign_values = 0
        self.offline: set[str] = set()
        self.faults = Faults()
        Tree.write = lambda *arguments: self.faults.write(*arguments)
        self.session = self.new_session()

    def new_session(self) -> LimitSession:
        session = LimitSession(
            open_board(self.root), folders=(self.folder / 'run',), clock=lambda: self.now_s
        )
        assert session.start()
        return session

    def die(self) -> None:
        """Let the session go as the kernel does: it loses its lock, nothing else."""
        self.faults = Faults()
        self.session._lock.release()
        self.session = self.new_session()

    @rule(limits=LIMITS, lease_s=st.sampled_from((None, 1.0, 5.0)))
    def set_limits(self, limits: dict[str, float], lease_s: float | None) -> None:
        try:
            assert self.session.apply_all(limits, lease_s) == limits
        except BoardError as error:
            was_off_at_the_start = 'has no limit' in str(error)
            assert self.offline or self.faults.refused or was_off_at_the_start

    @rule(seconds=st.sampled_from((0.5, 3.0)))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.session.end_lapsed()

    @rule()
    def look(self) -> None:
        self.session.observe()

    @rule()
    def end_leases(self) -> None:
        self.session.end_leases()

    @rule(path=st.sampled_from(PATHS))
    def let_another_program_set(self, path: str) -> None:
        if path in self.offline:
            return
        # A value that no one sets twice: the same one as ours could not be told from ours.
        self.foreign_values += 1
        mhz = round(210 + self.foreign_values / 1000, 3)
        write_limit(self.root, path, mhz)
        self.wanted_by_others[path] = mhz

    @rule()
    def kill(self) -> None:
        self.die()

    @rule(
        limits=LIMITS,
        lease_s=st.sampled_from((None, 1.0)),
        at=st.integers(0, 3),
        done=st.booleans(),
    )
    def kill_while_setting(
        self, limits: dict[str, float], lease_s: float | None, at: int, done: bool
    ) -> None:
        self.faults.kill_at, self.faults.is_done = at, done
        try:
            self.session.apply_all(limits, lease_s)
        except BoardError:
            pass
        except KilledError:
            self.die()
        self.faults.kill_at = None

    @rule(at=st.integers(0, 2), done=st.booleans())
    def kill_while_ending(self, at: int, done: bool) -> None:
        self.faults.kill_at, self.faults.is_done = at, done
        try:
            self.session.close()
        except KilledError:
            self.die()
        else:
            self.faults.kill_at = None
            self.session = self.new_session()

    @rule(path=st.sampled_from((None, *PATHS)))
    def refuse_writes(self, path: str | None) -> None:
        self.faults.refused = path

    @rule(path=st.sampled_from(PATHS))
    def switch_off(self, path: str) -> None:
        if path not in self.offline:
            (self.root / path).rename(self.root / f'{path}.off')
            self.offline.add(path)

    @precondition(lambda self: self.offline)
    @rule()
    def switch_on(self) -> None:
        for path in self.offline:
            (self.root / f'{path}.off').rename(self.root / path)
        self.offline.clear()

    def teardown(self) -> None:
        try:
            if self.offline:
                self.switch_on()
            self.faults = Faults()
            self.session.close()
            self.new_session().close()
            assert read_limits(self.root) == self.wanted_by_others
            assert not list((self.folder / 'run').glob('*'))
        finally:
            Tree.write = WRITE
            shutil.rmtree(self.folder)


TestLimits = Limits.TestCase
TestLimits.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
