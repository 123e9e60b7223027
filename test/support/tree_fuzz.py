# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Random damage to trees of boards, and what the reading makes of it."""

from __future__ import annotations

import os
import random
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dyn_perception.board.board import PROBE_INTERVAL_S, Board, open_board
from support.board_trees import BOARD_TREES, WrittenBoard, differences
from support.manual_clock import ManualClock
from support.tree_check import problems
from support.tree_damage import Damage, Vanishing, write_outside

HANG_S = 10
_KINDS_OF_SENSORS = 7


class TreeFuzz:
    """Damages trees again and again. One tree of each board is kept and made whole after each."""

    def __init__(self, folder: Path) -> None:
        """Write the trees below a folder that is empty."""
        self._boards: dict[str, WrittenBoard] = {}
        self._paths: dict[str, list[str]] = {}
        for name, write in BOARD_TREES.items():
            parent = folder / name
            (parent / 'spare').mkdir(parents=True)
            board = self._boards[name] = write(parent / 'root')
            paths = sorted((parent / 'root').rglob('*'))
            self._paths[name] = [str(path.relative_to(parent / 'root')) for path in paths]
            write_outside(parent / 'outside', sorted({path.name for path in paths}))
            board.clocks_mhz = _clocks(board)

    def run(self, seed: int) -> list[str]:
        """Damage one tree, read it, and return what went wrong."""
        generator = random.Random(seed)
        name = generator.choice(list(self._boards))
        board = self._boards[name]
        damage = Damage(board.root, board.root.parent / 'spare', generator)
        try:
            with _time_limit():
                found = [*self._read(board, damage, generator, self._paths[name])]
        except TimeoutError:
            found = [f'hangs: {traceback.format_exc()}']
        except Exception:
            found = [f'crashes: {traceback.format_exc()}']
        finally:
            damage.undo()
        return [f'seed {seed}, {name}, damaged {damage.paths}: {text}' for text in found]

    def _read(
        self, board: WrittenBoard, damage: Damage, generator: random.Random, paths: list[str]
    ) -> Iterator[str]:
        moment = generator.choice(['before', 'opened', 'reading', 'reading', 'all'])
        count = generator.choice([1, 1, 2, 5, 20])
        chosen = generator.choices(paths, k=count)
        if moment in ('before', 'all'):
            self._damage(damage, chosen[: count // 2 + 1])
        clock = ManualClock()
        board.step(leave_out=damage.concerns)
        opened = open_board(board.root, clock)
        opened.read()
        if moment in ('opened', 'all'):
            self._damage(damage, chosen)
        if generator.random() < 0.3:
            _probe(opened, clock)
        with Vanishing() as counting:
            opened.read()
        self._step(board, damage, clock)
        if moment in ('reading', 'all'):
            at = generator.randint(1, max(1, counting.opened))
            with Vanishing(at, lambda: self._damage(damage, chosen)):
                state = opened.read()
        else:
            state = opened.read()
        yield from problems(state, board, damage)
        for actuator in opened.actuators():
            lowest, highest, steps = board.actuators.get(actuator.name, (0.0, 0.0, ()))
            known = actuator.name in board.actuators
            if known and (actuator.minimum_mhz, actuator.maximum_mhz) != (lowest, highest):
                yield f'{actuator.name} has the range {actuator.minimum_mhz, actuator.maximum_mhz}'
            if known and actuator.steps_mhz not in ((), steps):
                yield f'{actuator.name} has the steps {actuator.steps_mhz}'
            actuator.read()
        damage.undo()
        if moment in ('opened', 'reading'):  # all that was there when it was opened is back
            board.step()
            _probe(opened, clock)
            opened.read()
            board.step()
            clock.sleep(1.0)
            whole = differences(opened.read(), board.state)
            yield from (f'not the same after it was made whole: {text}' for text in whole)

    @staticmethod
    def _damage(damage: Damage, paths: list[str]) -> None:
        for path in paths:
            damage.add(path)

    @staticmethod
    def _step(board: WrittenBoard, damage: Damage, clock: ManualClock) -> None:
        """Let a second pass; counters that are damaged stay so."""
        board.step(leave_out=damage.concerns)
        clock.sleep(1.0)


def _probe(opened: Board, clock: ManualClock) -> None:
    for _ in range(_KINDS_OF_SENSORS):
        clock.sleep(PROBE_INTERVAL_S)
        opened.read()


def _clocks(board: WrittenBoard) -> dict[int, tuple[float, ...]]:
    """Return the clock of each core (MHz), from the tree while it is whole."""
    clocks = {}
    for folder in board.root.glob('sys/devices/system/cpu/cpu*/cpufreq'):
        if folder.parent.name[3:].isdigit():
            kilohertz = int((folder / 'scaling_cur_freq').read_text())
            clocks[int(folder.parent.name[3:])] = (kilohertz / 1000,)
    return clocks


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raise TimeoutError within the block when it takes too long."""

    def stop(*_: object) -> None:
        raise TimeoutError(f'no end after {HANG_S} s')

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def become_unprivileged() -> None:
    """Give up the rights of root for good: root may read what is forbidden."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
