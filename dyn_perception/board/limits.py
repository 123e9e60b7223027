# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Setting a board's clock limits so that they are always put back."""

import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dyn_perception.board.actuator import Actuator
from dyn_perception.board.board import Board
from dyn_perception.board.clock_steps import choose_clock
from dyn_perception.board.errors import BoardError
from dyn_perception.board.lease import Lease, check_lease
from dyn_perception.board.limit_changes import LimitChanges
from dyn_perception.board.limit_record import LimitRecord
from dyn_perception.board.lock import BoardLock
from dyn_perception.board.runtime_folder import runtime_folders

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
        is_held_back: Callable[[], bool] = lambda: False,
        folders: tuple[Path, ...] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take a board; nothing is locked or changed yet.

        Args:
            board: whose limits are set.
            is_held_back: whether the board holds a clock back now to protect itself.
            folders: where the record of changes may be, the preferred one first.
            clock: monotonic time (s) that leases run on.
        """
        self._board = board
        self._root = board.tree.root.resolve()
        self._clock = clock
        self._lock = BoardLock(self._root)
        record_folders = runtime_folders() if folders is None else folders
        self._record = LimitRecord(self._root, board.model, record_folders)
        self._changes = LimitChanges(self._record.save, is_held_back)
        self._leases: dict[str, Lease] = {}
        self._wanted_mhz: dict[str, float] = {}
        self._absent: set[str] = set()
        self._actuators: dict[str, Actuator] = {}
        self._find_actuators()

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
            whether another session does not set the limits.

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
        for changes in self._record.load():
            self._changes.adopt(changes)
            for path, (left_mhz, mhz) in self._changes.put_back().items():
                _logger.warning(
                    'put back %s, which an earlier resource monitor left at %g MHz, to %g MHz',
                    self._root / path, left_mhz, mhz,
                )  # fmt: skip
        return True

    def apply(self, name: str, mhz: float, lease_s: float | None = None) -> float:
        """Set one limit; see `apply_all`."""
        return self.apply_all({name: mhz}, lease_s)[name]

    def apply_all(
        self, wanted_mhz: Mapping[str, float], lease_s: float | None = None
    ) -> dict[str, float]:
        """Set limits by the actuators' names, all or none.

        Policies whose cores are all offline get the limit when they are back (`observe`).

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
        paths = {name: self._present_paths(name) for name in chosen}
        before = {name: self._before_lease(name, paths[name]) for name in chosen}
        self._changes.write({path: mhz for name, mhz in chosen.items() for path in paths[name]})
        for name, mhz in chosen.items():
            self._wanted_mhz[name] = mhz
            self._leases.pop(name, None)
            if duration_s:
                self._leases[name] = Lease(before[name], self._clock() + duration_s)
        self._absent |= {path for name in chosen for path in self._absent_paths(name)}
        return {name: self._standing_mhz(name) for name in chosen}

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
            before_mhz = self._leases.pop(name).before_mhz
            # Files of cores that are offline have nothing to be put back; see `observe`.
            there = {
                path: mhz
                for path, mhz in before_mhz.items()
                if not math.isnan(self._changes.present_mhz(path))
            }
            self._changes.put_back(there)
            kept = [mhz for path, mhz in before_mhz.items() if self._changes.is_ours(path)]
            self._wanted_mhz.pop(name)
            self._wanted_mhz |= {name: max(kept)} if kept else {}
        return {name: self._standing_mhz(name) for name in ended}

    def observe(self) -> dict[str, float]:
        """Return all limits as they stand (MHz); to be called about once a second.

        A limit stands also while the board keeps a clock even lower to protect itself. Leases end
        where somebody else set another limit. Policies that came back get theirs.
        """
        self._find_actuators()
        self._changes.note_calm()
        for name, lease in tuple(self._leases.items()):
            if not self._is_still_wanted(name, lease):
                del self._leases[name]
        for name, mhz in self._wanted_mhz.items():
            self._limit_returned(name, mhz)
        return {name: self._standing_mhz(name) for name in self._actuators}

    def restore(self) -> None:
        """Put back every limit that is still as this session set it."""
        self._leases.clear()
        self._wanted_mhz.clear()
        if not self._lock.is_held:
            return
        if self._root.is_dir():
            self._changes.put_back()
        else:  # a simulated board that has ended
            self._changes.forget()

    def close(self) -> None:
        """Put everything back and let another session set limits."""
        self.restore()
        self._lock.release()

    def _find_actuators(self) -> None:
        for actuator in self._board.actuators():
            known = self._actuators.get(actuator.name)
            if known is not None and known.limit_files != actuator.limit_files:
                # Cores that were never online before: their policy may have come only now.
                paths = {file.path for file in known.limit_files}
                self._absent |= {file.path for file in actuator.limit_files} - paths
            self._actuators[actuator.name] = actuator
            self._changes.add_files(actuator.limit_files, actuator.maximum_mhz)

    def _find(self, name: str) -> Actuator:
        if name not in self._actuators:
            known = ', '.join(self._actuators) or 'none'
            raise BoardError(f'this board has no limit {name}: it has {known}')
        return self._actuators[name]

    def _standing_mhz(self, name: str) -> float:
        """Return the limit that was set last, by anybody; NaN if it cannot be read."""
        known = []
        for file in self._find(name).limit_files:
            with contextlib.suppress(BoardError):  # offline
                known.append(self._changes.standing_mhz(file.path))
        return max(known, default=math.nan)

    def _present_paths(self, name: str) -> list[str]:
        files = self._find(name).limit_files
        absent = self._absent_paths(name)
        present = [file.path for file in files if file.path not in absent]
        if not present:
            raise BoardError(
                f'{name} is gone: {files[0].place} cannot be read; switch the cores or the device '
                'on again'
            )
        return present

    def _absent_paths(self, name: str) -> list[str]:
        paths = [file.path for file in self._find(name).limit_files]
        return [path for path in paths if math.isnan(self._changes.present_mhz(path))]

    def _before_lease(self, name: str, paths: list[str]) -> dict[str, float]:
        """Return what to go back to when a lease that begins now lapses."""
        present = {path: self._changes.standing_mhz(path) for path in paths}
        if name in self._leases:
            leased = self._leases[name].before_mhz
            present |= {path: mhz for path, mhz in leased.items() if self._changes.is_ours(path)}
        return present

    def _is_still_wanted(self, name: str, lease: Lease) -> bool:
        """Whether the files of a leased limit that are there hold what was put there."""
        for path, before_mhz in lease.before_mhz.items():
            if path in self._absent_paths(name) or self._changes.is_ours(path):
                continue
            with contextlib.suppress(BoardError):  # gone since
                if self._changes.standing_mhz(path) != before_mhz:
                    return False
        return True

    def _limit_returned(self, name: str, mhz: float) -> None:
        """Limit the policies of a cluster that were offline when the limit was set."""
        absent = self._absent_paths(name)
        for path in (file.path for file in self._find(name).limit_files):
            if path in absent:
                self._absent.add(path)
            elif path in self._absent:
                self._absent.remove(path)
                self._tighten(name, path, mhz)

    def _tighten(self, name: str, path: str, mhz: float) -> None:
        try:
            before_mhz = self._changes.standing_mhz(path)
            if before_mhz > mhz:
                self._changes.write({path: mhz})
        except BoardError as error:
            _logger.error('%s holds for some cores only: %s', name, error)
            return
        if name in self._leases:
            lease = self._leases[name]
            before = {path: before_mhz, **lease.before_mhz}
            self._leases[name] = Lease(before, lease.until_s)
