# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Limits on kernels that show the lowest of all limits, also of those against heat."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dyn_perception.board.actuator import Actuator, LimitFile
from dyn_perception.board.files import Tree
from dyn_perception.board.limits import LimitSession

GPU = 'gpu.max_mhz'


class KernelLimit(LimitFile):
    """A file that keeps what was written, and shows less while the kernel protects the board."""

    written_mhz = 900.0
    heat_mhz = math.inf

    def read(self) -> float:
        return min(KernelLimit.written_mhz, KernelLimit.heat_mhz)

    def write(self, mhz: float) -> None:
        KernelLimit.written_mhz = mhz


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LimitSession:
    monkeypatch.setattr(KernelLimit, 'written_mhz', 900.0)
    monkeypatch.setattr(KernelLimit, 'heat_mhz', math.inf)
    tree = Tree(tmp_path)
    file = KernelLimit(tree, 'max_freq', 'min_freq', 1)
    actuator = Actuator(GPU, 100.0, 900.0, tuple(100.0 * n for n in range(1, 10)), (file,))
    board: Any = SimpleNamespace(tree=tree, model='Hot', actuators=lambda: (actuator,))
    session = LimitSession(
        board,
        is_held_back=lambda: KernelLimit.heat_mhz < math.inf,
        folders=(tmp_path / 'run',),
    )
    session.observe()
    return session


def test_heat_is_not_taken_for_somebody_else(session: LimitSession) -> None:
    assert session.apply(GPU, 700, 60.0) == 700
    KernelLimit.heat_mhz = 400.0
    assert session.observe() == {GPU: 700}
    assert session.leased == (GPU,)
    session.close()
    assert KernelLimit.written_mhz == 900


def test_limit_set_in_the_heat_is_put_back_as_it_was_before(session: LimitSession) -> None:
    KernelLimit.heat_mhz = 400.0
    assert session.observe() == {GPU: 900}
    assert session.apply(GPU, 700) == 700
    KernelLimit.heat_mhz = math.inf
    assert session.observe() == {GPU: 700}
    session.close()
    assert KernelLimit.written_mhz == 900


def test_tighter_limit_of_somebody_else_stays_in_the_heat(session: LimitSession) -> None:
    session.apply(GPU, 700)
    KernelLimit.heat_mhz = 600.0
    KernelLimit.written_mhz = 300.0
    session.close()
    assert KernelLimit.written_mhz == 300


def test_tighter_limit_of_somebody_else_stays_when_a_lease_ends_in_the_heat(
    session: LimitSession,
) -> None:
    session.apply(GPU, 700, 60.0)
    KernelLimit.heat_mhz = 600.0
    KernelLimit.written_mhz = 300.0
    session.end_leases()
    assert KernelLimit.written_mhz == 300


@pytest.mark.parametrize('before_mhz', [500, 600, 700, 800])
def test_lease_that_ends_in_the_heat_leaves_the_limit_before_it(
    session: LimitSession, before_mhz: float
) -> None:
    session.apply(GPU, before_mhz)
    session.apply(GPU, 700, 60.0)
    KernelLimit.heat_mhz = 600.0
    assert session.end_leases() == {GPU: before_mhz}
    assert KernelLimit.written_mhz == before_mhz
    session.close()
    assert KernelLimit.written_mhz == 900


@pytest.mark.parametrize('original_mhz', [500, 600, 700, 800])
def test_limit_above_the_first_one_is_put_back_in_the_heat(
    session: LimitSession, original_mhz: float
) -> None:
    KernelLimit.written_mhz = original_mhz
    session.observe()
    session.apply(GPU, 800)
    KernelLimit.heat_mhz = 600.0
    session.close()
    assert KernelLimit.written_mhz == original_mhz
