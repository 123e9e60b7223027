# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes of limit files, each on record before it is made, so that it can be put back."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping

from dyn_perception.board.actuator import LimitFile
from dyn_perception.board.clock_steps import same_clock
from dyn_perception.board.errors import BoardError
from dyn_perception.board.state_file import SavedLimit

_logger = logging.getLogger(__name__)

Record = Callable[[Mapping[str, SavedLimit]], None]
"""Makes a record of all changes that outlives the process; raises OSError."""


class LimitChanges:
    """What this program changed, by the path of the file below the root.

    The rule behind everything here: a value is put back only where the file still holds what was
    put there. Whatever else it holds somebody else wanted meanwhile.
    """

    def __init__(self, files: Mapping[str, LimitFile], record: Record) -> None:
        """Take the files that may be changed; nothing is changed yet."""
        self._files = files
        self._record = record
        self._changes: dict[str, SavedLimit] = {}

    def is_ours(self, path: str, present_mhz: float) -> bool:
        """Whether a file's present value was put there by this program."""
        change = self._changes.get(path)
        return change is not None and _holds(change, present_mhz)

    def read(self, path: str) -> float:
        """Return the limit in a file (MHz).

        Raises:
            BoardError: if it cannot be read.
        """
        file = self._files[path]
        if math.isnan(mhz := file.read()):
            place = file.tree.root / path
            raise BoardError(f'{place} cannot be read: switch the core or device on again')
        return mhz

    def write(self, wanted_mhz: Mapping[str, float]) -> None:
        """Write limits, all or none, and read them back.

        Raises:
            BoardError: if one cannot be read, recorded or written, or has no effect.
        """
        before = {path: self.read(path) for path in wanted_mhz}
        proposed = dict(self._changes)
        due: dict[str, float] = {}
        for path, mhz in wanted_mhz.items():
            known = self._changes.get(path) if self.is_ours(path, before[path]) else None
            if same_clock(before[path], mhz):
                continue
            due[path] = mhz
            original_mhz = before[path] if known is None else known.original_mhz
            ours = (before[path], mhz) if known else (mhz,)
            proposed[path] = SavedLimit(original_mhz=original_mhz, applied_mhz=ours)
        if not due:
            return
        previous = self._changes
        self._save(proposed)
        written: list[str] = []
        try:
            for path, mhz in due.items():
                written.append(path)
                self._files[path].write(mhz)
                self._settle(path, before[path], mhz)
        except BoardError:
            for path in due:
                if path not in written or self._undo(path, before[path]):
                    self._changes.pop(path)
                    self._changes |= {path: previous[path]} if path in previous else {}
            self._save_quietly()
            raise
        self._save_quietly()

    def _settle(self, path: str, before_mhz: float, wanted_mhz: float) -> None:
        """Compare what a file holds after a write with what was wanted."""
        change = self._changes[path]
        present_mhz = self.read(path)
        if same_clock(present_mhz, before_mhz) and present_mhz > wanted_mhz:
            raise BoardError(
                f'{self._files[path].tree.root / path} keeps {present_mhz:g} MHz: the board does '
                f'not take a limit of {wanted_mhz:g} MHz; choose another, or leave the limit'
            )
        # What the kernel made of it; while it holds the clock lower itself (heat), both count.
        ours = tuple(dict.fromkeys((present_mhz, wanted_mhz)))
        if same_clock(present_mhz, wanted_mhz):
            ours = (present_mhz,)
            if same_clock(present_mhz, change.original_mhz):
                del self._changes[path]
                return
        self._changes[path] = SavedLimit(original_mhz=change.original_mhz, applied_mhz=ours)

    def _undo(self, path: str, before_mhz: float) -> bool:
        """Put back what a file held before a write that failed; return whether it holds that."""
        try:
            if not same_clock(self.read(path), before_mhz):
                self._files[path].write(before_mhz)
        except BoardError as error:
            _logger.error('%s', error)
            return False
        return True

    def adopt(self, changes: Mapping[str, SavedLimit]) -> None:
        """Take over the changes of an earlier run."""
        self._changes = {**changes, **self._changes}

    def put_back(self) -> dict[str, tuple[float, float]]:
        """Put back every change that is still there; changes that cannot be stay on record.

        Returns:
            by path, what was there and what is there now (MHz).
        """
        done: dict[str, tuple[float, float]] = {}
        left: dict[str, SavedLimit] = {}
        for path, change in self._changes.items():
            try:
                present_mhz = self._put_back(path, change)
            except BoardError as error:
                left[path] = change
                _logger.error(
                    'a clock limit could not be put back to %g MHz, the next start tries again: '
                    '%s', change.original_mhz, error,
                )  # fmt: skip
            else:
                if present_mhz is not None:
                    done[path] = (present_mhz, change.original_mhz)
        self._changes = left
        self._save_quietly()
        return done

    def _put_back(self, path: str, change: SavedLimit) -> float | None:
        """Put one change back and return what was there, None if there was nothing to do."""
        if path not in self._files:
            raise BoardError(f'/{path} is not there')
        present_mhz = self.read(path)
        if same_clock(present_mhz, change.original_mhz):
            return None
        if not _holds(change, present_mhz):
            _logger.warning(
                '%s: somebody else set %g MHz meanwhile, that stays',
                self._files[path].tree.root / path, present_mhz,
            )  # fmt: skip
            return None
        self._files[path].write(change.original_mhz)
        return present_mhz

    def forget(self, paths: Iterable[str]) -> None:
        """Drop changes over which somebody else has set another limit."""
        gone = [path for path in paths if path in self._changes]
        for path in gone:
            del self._changes[path]
        if gone:
            self._save_quietly()

    def _save(self, proposed: dict[str, SavedLimit]) -> None:
        try:
            self._record(proposed)
        except OSError as error:
            raise BoardError(
                'the limit stays as it is, since the record that it could be put back from '
                f'cannot be written ({error}): make room there'
            ) from error
        self._changes = proposed

    def _save_quietly(self) -> None:
        """Bring the record up to date; an older one names at least as many values as ours."""
        try:
            self._record(self._changes)
        except OSError as error:
            _logger.warning('the record of changed limits is out of date: %s', error)


def _holds(change: SavedLimit, present_mhz: float) -> bool:
    return any(same_clock(present_mhz, mhz) for mhz in change.applied_mhz)
