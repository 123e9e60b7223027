# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes of limit files, each on record before it is made, so that it can be put back.

Newer kernels show in these files the lowest of all limits: that which was written, and those by
which the kernel itself protects a hot board for a while. So while the board holds a clock back, a
file may show less than was written last, which then is still there below it.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping

from dyn_perception.board.actuator import LimitFile
from dyn_perception.board.clock_steps import same_clock
from dyn_perception.board.errors import BoardError
from dyn_perception.board.state_file import HIGHEST_MHZ, SavedLimit

_logger = logging.getLogger(__name__)

Save = Callable[[Mapping[str, SavedLimit]], None]
"""Makes a record of all changes that outlives the process; raises OSError."""


class LimitChanges:
    """What this program changed, by the path of the file below the root.

    The rule behind everything here: a value is put back only where the file still holds what was
    put there. Whatever else it holds, somebody else wanted meanwhile.
    """

    def __init__(self, save: Save, is_held_back: Callable[[], bool]) -> None:
        """Start without files and changes.

        Args:
            save: makes the record.
            is_held_back: whether the board holds a clock back now to protect itself.
        """
        self._save = save
        self._is_held_back = is_held_back
        self._files: dict[str, LimitFile] = {}
        self._highest_mhz: dict[str, float] = {}
        self._changes: dict[str, SavedLimit] = {}
        self._calm: dict[str, float] = {}

    def add_files(self, files: Iterable[LimitFile], highest_mhz: float) -> None:
        """Add files that may be changed, of hardware with this highest clock."""
        for file in files:
            self._files[file.path] = file
            self._highest_mhz[file.path] = highest_mhz

    def present_mhz(self, path: str) -> float:
        """Return the limit in a file, NaN if it holds none that makes sense."""
        mhz = self._files[path].read()
        if mhz == 0:  # so older kernels say that there is no limit for a device
            return self._highest_mhz[path]
        return mhz if 0 < mhz <= HIGHEST_MHZ else math.nan

    def note_calm(self) -> None:
        """Remember what the files hold, unless the board holds a clock back."""
        if not self._is_held_back():
            self._calm = {path: self.present_mhz(path) for path in self._files}

    def is_ours(self, path: str) -> bool:
        """Whether what a file holds now was put there by this program."""
        return path in self._changes and self._holds(path, self.present_mhz(path))

    def standing_mhz(self, path: str) -> float:
        """Return the limit that was written to a file last, by this program or another (MHz).

        Raises:
            BoardError: if the file cannot be read.
        """
        present_mhz = self._read(path)
        if self.is_ours(path):
            return self._changes[path].applied_mhz[-1]
        calm_mhz = self._calm.get(path, math.nan)
        return calm_mhz if calm_mhz > present_mhz and self._is_held_back() else present_mhz

    def write(self, wanted_mhz: Mapping[str, float]) -> None:
        """Write limits, all or none, and read them back.

        Raises:
            BoardError: if one cannot be read, recorded or written, or has no effect.
        """
        before = {path: self.standing_mhz(path) for path in wanted_mhz}
        due = {path: mhz for path, mhz in wanted_mhz.items() if not same_clock(before[path], mhz)}
        if not due:
            return
        previous = self._changes
        proposed = dict(previous)
        for path, mhz in due.items():
            known = previous.get(path) if self.is_ours(path) else None
            proposed[path] = SavedLimit(
                original_mhz=known.original_mhz if known else before[path],
                applied_mhz=(*(known.applied_mhz[-1:] if known else ()), mhz),
            )
        self._record(proposed)
        written: list[str] = []
        try:
            for path, mhz in due.items():
                written.append(path)
                self._files[path].write(mhz)
                self._settle(path, before[path], mhz)
        except BoardError:
            for path in due:
                if path not in written or self._undo(path, before[path]):
                    self._restore_entry(path, previous)
            self._save_quietly()
            raise
        self._save_quietly()

    def put_back(
        self, wanted_mhz: Mapping[str, float] | None = None
    ) -> dict[str, tuple[float, float]]:
        """Put back what is still there of changes; those that cannot be stay on record.

        Args:
            wanted_mhz: by path, what the files held before; by default every change is put back to
                what was there before the first one.

        Returns:
            by path, what was there and what is there now (MHz).
        """
        if wanted_mhz is None:
            wanted_mhz = {path: change.original_mhz for path, change in self._changes.items()}
        done: dict[str, tuple[float, float]] = {}
        for path in [path for path in wanted_mhz if path in self._changes]:
            try:
                present_mhz = self._put_back(path, wanted_mhz[path])
            except BoardError as error:
                _logger.error(
                    'a clock limit could not be put back to %g MHz (%s): the end of this monitor, '
                    'or the next start, tries again', wanted_mhz[path], error,
                )  # fmt: skip
            else:
                if present_mhz is not None:
                    done[path] = (present_mhz, wanted_mhz[path])
        self._save_quietly()
        return done

    def forget(self) -> None:
        """Drop all changes: there is nothing any more that they could be put back in."""
        self._changes = {}
        self._save_quietly()

    def adopt(self, changes: Mapping[str, SavedLimit]) -> None:
        """Take over the changes of an earlier run."""
        self._changes = {**changes, **self._changes}

    def _read(self, path: str) -> float:
        if path not in self._files:
            raise BoardError(f'/{path} is not there')
        if math.isnan(mhz := self.present_mhz(path)):
            place = self._files[path].place
            raise BoardError(f'{place} cannot be read: switch the core or device on again')
        return mhz

    def _holds(self, path: str, present_mhz: float) -> bool:
        applied = self._changes[path].applied_mhz
        if any(same_clock(present_mhz, mhz) for mhz in applied):
            return True
        return present_mhz < max(applied) and self._is_held_back()

    def _settle(self, path: str, before_mhz: float, wanted_mhz: float) -> None:
        """Compare what a file holds after a write with what was wanted."""
        original_mhz = self._changes[path].original_mhz
        present_mhz = self._read(path)
        if same_clock(present_mhz, before_mhz) and present_mhz > wanted_mhz:
            raise BoardError(
                f'{self._files[path].place} keeps {present_mhz:g} MHz: the board does not take '
                f'{wanted_mhz:g} MHz; choose another limit'
            )
        if same_clock(wanted_mhz, original_mhz):
            del self._changes[path]
            return
        ours: tuple[float, ...] = (wanted_mhz,)
        if not same_clock(present_mhz, wanted_mhz) and not self._is_held_back():
            ours = (wanted_mhz, present_mhz)  # the kernel rounded
        self._changes[path] = SavedLimit(original_mhz=original_mhz, applied_mhz=ours)

    def _undo(self, path: str, before_mhz: float) -> bool:
        """Write what a file held before a write that failed; return whether it holds that.

        Whatever is there now was written in this very call, also where the kernel rounded it.
        """
        try:
            if not same_clock(self._read(path), before_mhz):
                self._files[path].write(before_mhz)
        except BoardError as error:
            _logger.error('%s', error)
            return False
        return True

    def _restore_entry(self, path: str, previous: Mapping[str, SavedLimit]) -> None:
        self._changes.pop(path, None)
        if path in previous:
            self._changes[path] = previous[path]

    def _put_back(self, path: str, mhz: float) -> float | None:
        """Put one change back and return what was there, None if there was nothing to do."""
        present_mhz = self._read(path)
        change, file = self._changes[path], self._files[path]
        is_there = any(same_clock(present_mhz, applied) for applied in change.applied_mhz)
        is_ours = self._holds(path, present_mhz)
        if not (is_there or (is_ours and self._is_below(path, present_mhz))):
            if not same_clock(present_mhz, mhz):
                _logger.warning(
                    '%s: somebody else set %g MHz meanwhile, that stays', file.place, present_mhz
                )
            del self._changes[path]
            return None
        if not same_clock(mhz, change.original_mhz):  # then it is one of ours, too, from now on
            applied = (*change.applied_mhz[-1:], mhz)
            proposed = SavedLimit(original_mhz=change.original_mhz, applied_mhz=applied)
            self._record({**self._changes, path: proposed})
        is_due = not (is_there and same_clock(present_mhz, mhz))
        if is_due:
            file.write(mhz)
        self._settle(path, present_mhz, mhz)
        return present_mhz if is_due else None

    def _is_below(self, path: str, present_mhz: float) -> bool:
        """Return whether ours is below what a file shows: to write it again shows no other value.

        Otherwise somebody else set what it shows, which goes back at once.
        """
        file = self._files[path]
        file.write(max(self._changes[path].applied_mhz))
        if same_clock(self._read(path), present_mhz):
            return True
        file.write(present_mhz)
        return False

    def _record(self, proposed: dict[str, SavedLimit]) -> None:
        """Put changes on record that are about to be made.

        Raises:
            BoardError: if they cannot be, so that they must not be made.
        """
        try:
            self._save(proposed)
        except OSError as error:
            raise BoardError(
                'the limit stays as it is, since the record from which it could be put back '
                f'cannot be written: {error}'
            ) from error
        self._changes = proposed

    def _save_quietly(self) -> None:
        """Bring the record up to date; the one before it names at least as many values as ours."""
        try:
            self._save(self._changes)
        except OSError as error:
            _logger.warning('the record of changed limits is out of date: %s', error)
