# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Setting a board's clock limits so that they are always put back."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.board import Board
from dyn_perception.board.clock_steps import choose_clock
from dyn_perception.board.errors import BoardError
from dyn_perception.board.lease import Lease, check_lease
from dyn_perception.board.limit_changes import LimitChanges
from dyn_perception.board.lock import BoardLock
from dyn_perception.board.runtime_folder import (
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

_logger = logging.getLogger(__name__)


class LimitSession:
    """The clock limits that one program sets on one board, from first to last.

    Every change is on record before it is made. `close` puts back what is still there of them;
    where a program was killed, the next session does, in `start`. A lock lets one session at a
    time set limits. Not safe for use by several threads at once.
    """

    def __init__(
        self,
        board: Board,
        *,
        folders: tuple[Path, ...] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a board; nothing is locked, read or changed yet.

        Args:
            board: whose limits are set.
            folders: where the record of changes may be, the preferred one first.
            clock: monotonic time (s) that leases run on.
        """
        self._root = board.tree.root.resolve()
        self._model = board.read().board
        self._actuators = {actuator.name: actuator for actuator in board.actuators()}
        self._lock = BoardLock(self._root)
        self._folders = runtime_folders() if folders is None else folders
        self._clock = clock
        self._leases: dict[str, Lease] = {}
        files = {
            file.path: file
            for actuator in self._actuators.values()
            for file in actuator.limit_files
        }
        self._changes = LimitChanges(files, self._record)
        self._recorded: StateFile | None = None

    @property
    def is_holder(self) -> bool:
        """Whether this session may set limits: it holds the lock."""
        return self._lock.is_held

    @property
    def leased(self) -> tuple[str, ...]:
        """Names of the actuators whose limits have a lease."""
        return tuple(self._leases)

    def start(self) -> bool:
        """Take the lock if it is free, and put back what a killed session left.

        Returns:
            whether this session may set limits.

        Raises:
            BoardError: if the board cannot be locked.
        """
        if self._lock.is_held or not self._actuators:
            return True
        try:
            if not self._lock.acquire():
                return False
        except OSError as error:
            raise BoardError(
                f'limits of {self._root} cannot be set, since it cannot be locked ({error}): '
                'put the board on a local file system'
            ) from error
        self._recover()
        return True

    def apply(self, name: str, mhz: float, lease_s: float | None = None) -> float:
        """Set one limit; see `apply_all`."""
        return self.apply_all({name: mhz}, lease_s)[name]

    def apply_all(
        self, wanted_mhz: Mapping[str, float], lease_s: float | None = None
    ) -> dict[str, float]:
        """Set limits by the actuators' names, all or none.

        Args:
            wanted_mhz: clocks within the hardware's range; between two steps is the lower one.
            lease_s: how long they hold unless they are set again; None or 0: without end.

        Returns:
            the limits that the board has taken (MHz).

        Raises:
            BoardError: if one of them is refused; none is changed then.
        """
        duration_s = check_lease(lease_s or 0.0)
        chosen = {name: choose_clock(self._find(name), mhz) for name, mhz in wanted_mhz.items()}
        if not self.start():
            raise BoardError(
                f'another resource monitor sets the limits of {self._root}: set them there, '
                'or end it first'
            )
        before = {name: self._before_lease(name) for name in chosen}
        self._changes.write(
            {
                file.path: mhz
                for name, mhz in chosen.items()
                for file in self._find(name).limit_files
            }
        )
        for name in chosen:
            self._leases.pop(name, None)
            if duration_s:
                self._leases[name] = Lease(before[name], self._clock() + duration_s)
        return {name: self._find(name).read() for name in chosen}

    def end_lapsed(self) -> dict[str, float]:
        """Put back the limits whose lease has lapsed; return the limits there now (MHz)."""
        now_s = self._clock()
        return self.end_leases(
            tuple(name for name, lease in self._leases.items() if lease.until_s <= now_s)
        )

    def end_leases(self, names: tuple[str, ...] | None = None) -> dict[str, float]:
        """Put back leased limits, by default all, as they were before their lease.

        Returns:
            the limits there now (MHz).
        """
        ended = self.leased if names is None else names
        for name in ended:
            lease = self._leases.pop(name)
            ours = self._our_files(name)
            try:
                self._changes.write(
                    {path: mhz for path, mhz in lease.before_mhz.items() if path in ours}
                )
            except BoardError as error:
                _logger.error('the lease of %s lapsed, but its limit stays: %s', name, error)
        return {name: self._find(name).read() for name in ended}

    def observe(self) -> dict[str, float]:
        """Return all limits as they are (MHz); leases end where somebody else set another."""
        for name in self.leased:
            lease = self._leases[name]
            if any(
                path not in self._our_files(name) and not _unchanged(self._changes, path, mhz)
                for path, mhz in lease.before_mhz.items()
            ):
                del self._leases[name]
        return {name: actuator.read() for name, actuator in self._actuators.items()}

    def restore(self) -> None:
        """Put back every limit that is still as this session set it."""
        self._leases.clear()
        if self._lock.is_held:
            self._changes.put_back()

    def close(self) -> None:
        """Put everything back and let another session set limits."""
        self.restore()
        self._lock.release()

    def _find(self, name: str) -> Actuator:
        if name not in self._actuators:
            known = ', '.join(self._actuators) or 'none'
            raise BoardError(f'this board has no limit {name}: it has {known}')
        return self._actuators[name]

    def _our_files(self, name: str) -> set[str]:
        files = self._find(name).limit_files
        return {file.path for file in files if self._changes.is_ours(file.path, file.read())}

    def _before_lease(self, name: str) -> dict[str, float]:
        """Return what to go back to when a lease that begins now lapses."""
        files = self._find(name).limit_files
        present = {file.path: self._changes.read(file.path) for file in files}
        if name in self._leases:
            ours = self._our_files(name)
            present |= {
                path: mhz for path, mhz in self._leases[name].before_mhz.items() if path in ours
            }
        return present

    def _record(self, changes: Mapping[str, SavedLimit]) -> None:
        if not changes:
            if self._recorded is not None:
                self._recorded.remove()
                self._recorded = None
            return
        if self._recorded is None:
            try:
                self._recorded = StateFile(make_runtime_folder(self._folders), self._root)
            except RuntimeFolderError as error:
                raise OSError(str(error)) from error
        self._recorded.save(
            SavedLimits(
                boot_id=read_boot_id(self._root),
                board=self._model,
                root=os.fspath(self._root),
                limits=dict(changes),
            )
        )

    def _recover(self) -> None:
        """Put back what a killed session left."""
        for folder in self._folders:
            file = StateFile(folder, self._root)
            try:
                saved = file.load()
                if saved is None:
                    continue
                self._check_origin(saved)
            except (StateFileError, OSError) as error:
                _logger.warning(
                    'the record of changed limits %s is discarded: %s; look whether the limits '
                    'are as you want them', file.path, error,
                )  # fmt: skip
                _discard(file)
                continue
            self._recorded = file
            self._changes.adopt(saved.limits)
            for path, (left_mhz, mhz) in self._changes.put_back().items():
                _logger.warning(
                    'put back %s, which an earlier resource monitor left at %g MHz, to %g MHz',
                    self._root / path, left_mhz, mhz,
                )  # fmt: skip

    def _check_origin(self, saved: SavedLimits) -> None:
        if saved.boot_id != read_boot_id(self._root):
            raise StateFileError('it is from before the board was started last')
        if saved.root != os.fspath(self._root):
            raise StateFileError(f'it is of another root, {saved.root}')
        if saved.board != self._model:
            raise StateFileError(f'it is of another board, {saved.board!r}')


def _discard(file: StateFile) -> None:
    try:
        file.remove()
    except OSError as error:
        _logger.warning('%s', error)


def _unchanged(changes: LimitChanges, path: str, mhz: float) -> bool:
    """Whether a file holds what it held before a lease that changed nothing in it."""
    try:
        return changes.read(path) == mhz
    except BoardError:
        return True
