# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Damage to the files of a tree, all of which can be undone."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

HUGE = [str(number) for number in (10**15, 2**53, 2**63 - 1, 2**63, 2**64, 10**18, 10**30)]
OUTSIDE_VALUE = '12345'
"""What a file beside the tree holds; a reading must never show it."""


class Damage:
    """Everything that was done to a tree.

    Attributes:
        paths: what was damaged, relative to the root.
        structure: whether folders or links were damaged, beside files.
    """

    def __init__(self, root: Path, spare: Path, generator: random.Random) -> None:
        """Take a tree.

        Args:
            root: of the tree.
            spare: a folder beside it, for what is taken away.
            generator: of random numbers.
        """
        self._root = root
        self._spare = spare
        self._random = generator
        self._undo: list[Callable[[], None]] = []
        self.paths: list[str] = []
        self.structure = False

    def add(self, path: str) -> None:
        """Damage a file, folder or link in some way, unless it is damaged or gone already."""
        place = self._root / path
        if self.concerns(path) or not os.path.lexists(place):
            return
        if place.is_symlink() or place.is_dir():
            kinds = [self._remove, self._loop, self._outside]
            self.structure = True
        else:
            kinds = [
                self._remove, self._empty, self._binary, self._number, self._number, self._token,
                self._loop, self._outside, self._fifo, self._folder, self._forbid, self._flood,
            ]  # fmt: skip
        self.paths.append(path)
        self._random.choice(kinds)(place)

    def concerns(self, path: str) -> bool:
        """Return whether a path, or a folder that it is in, was damaged."""
        return any(path == done or path.startswith(f'{done}/') for done in self.paths)

    def undo(self) -> None:
        """Make everything as it was."""
        while self._undo:
            self._undo.pop()()

    def _take_away(self, place: Path) -> None:
        kept = self._spare / str(len(self._undo))
        place.rename(kept)

        def put_back() -> None:
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            else:
                place.unlink(missing_ok=True)
            kept.rename(place)

        self._undo.append(put_back)

    def _remove(self, place: Path) -> None:
        self._take_away(place)

    def _replace(self, place: Path, content: bytes) -> None:
        self._take_away(place)
        place.write_bytes(content)

    def _empty(self, place: Path) -> None:
        self._replace(place, self._random.choice([b'', b'\n', b' ', b'\0']))

    def _binary(self, place: Path) -> None:
        self._replace(place, b'\xff\x00' + self._random.randbytes(self._random.choice([14, 5000])))

    def _bad_number(self, place: Path) -> str:
        """Return a number that is too high for anything, or negative."""
        negative = f'-{self._random.randint(1, 10**7)}'
        if place.name == 'temp':  # some degrees of frost would be true
            negative = f'-{self._random.randint(60_000, 10**7)}'
        return self._random.choice([*HUGE, negative, '-256000'])

    def _number(self, place: Path) -> None:
        self._replace(place, f'{self._bad_number(place)}\n'.encode())

    def _token(self, place: Path) -> None:
        """Put a bad number in the place of one of several words."""
        lines = place.read_text().splitlines()
        row = self._random.randrange(len(lines))
        words = lines[row].split(' ')
        column = self._random.randrange(len(words))
        words[column] = self._bad_number(place)
        # Of a text, what is left could still be a name, if not the right one.
        if len(words) == 1 or any(word[:1].isdigit() for word in lines[row].split()[1:]):
            lines[row] = ' '.join(words)
        else:
            lines[row] = words[column]
        self._replace(place, ('\n'.join(lines) + '\n').encode())

    def _loop(self, place: Path) -> None:
        self._take_away(place)
        place.symlink_to(place.name)

    def _outside(self, place: Path) -> None:
        """Put a link to a file, or a folder of such files, outside of the root."""
        self._take_away(place)
        target = self._root.parent / 'outside'
        depth = len(place.relative_to(self._root).parts)
        kind = self._random.choice(['file', 'folder'])
        relative = '../' * depth + f'outside/{kind}'
        place.symlink_to(self._random.choice([relative, str(target / kind)]))

    def _fifo(self, place: Path) -> None:
        self._take_away(place)
        os.mkfifo(place)

    def _folder(self, place: Path) -> None:
        self._take_away(place)
        place.mkdir()

    def _forbid(self, place: Path) -> None:
        mode = place.stat().st_mode
        place.chmod(0)
        self._undo.append(lambda: place.chmod(mode))

    def _flood(self, place: Path) -> None:
        """More than is ever read, as one number and as many."""
        digits = self._random.choice([b'7', b'7 ', b'7\n', b'\n', b' '])
        self._replace(place, digits * 100_000)


def write_outside(folder: Path, names: list[str]) -> None:
    """Write a file and a folder beside a tree, to which links out of it lead."""
    (folder / 'folder').mkdir(parents=True)
    (folder / 'file').write_text(OUTSIDE_VALUE + '\n')
    for name in names:
        (folder / 'folder' / name).write_text(OUTSIDE_VALUE + '\n')


class Vanishing:
    """Does something at the n-th file or folder that this process opens within the block.

    Attributes:
        opened: how many were opened so far.
    """

    _armed: Vanishing | None = None
    _is_hooked = False

    def __init__(self, at: int = sys.maxsize, action: Callable[[], None] = lambda: None) -> None:
        self._at = at
        self._action = action
        self.opened = 0

    def __enter__(self) -> Vanishing:
        if not Vanishing._is_hooked:
            Vanishing._is_hooked = True
            sys.addaudithook(Vanishing._hook)
        Vanishing._armed = self
        return self

    def __exit__(self, *_: object) -> None:
        Vanishing._armed = None

    @staticmethod
    def _hook(event: str, _: tuple[object, ...]) -> None:
        armed = Vanishing._armed
        if armed is None or event not in ('open', 'os.listdir'):
            return
        armed.opened += 1
        if armed.opened >= armed._at:
            Vanishing._armed = None
            armed._action()
