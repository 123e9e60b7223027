# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The clock limits that a board lets one set."""

import errno
import math
import os
from dataclasses import dataclass
from pathlib import Path

from dyn_perception.board.errors import BoardError
from dyn_perception.board.files import Tree


@dataclass(frozen=True)
class LimitFile:
    """One file that holds a highest clock: of a cpufreq policy or a devfreq device.

    Attributes:
        tree: what it is in.
        path: below the root.
        floor_path: the file with the lowest clock allowed, which a limit must not undercut.
        per_mhz: what the file counts 1 MHz as: 1000 for cpufreq (kHz), 1,000,000 for devfreq (Hz).
    """

    tree: Tree
    path: str
    floor_path: str
    per_mhz: int

    @property
    def place(self) -> Path:
        """The file as a path of this machine."""
        return self.tree.root / self.path

    def read(self) -> float:
        """Return the limit (MHz), NaN if it cannot be read."""
        return self.tree.number(self.path) / self.per_mhz

    def write(self, mhz: float) -> None:
        """Write the limit (MHz).

        Raises:
            BoardError: if the file is gone, must not be written, or holds no lower limit because
                of the lowest clock that is set beside it.
        """
        floor_mhz = self.tree.number(self.floor_path) / self.per_mhz
        if mhz < floor_mhz:
            raise BoardError(
                f'limit {mhz:g} MHz is below {floor_mhz:g} MHz, the lowest clock that is allowed '
                f'in {self.tree.root / self.floor_path}: lower that first'
            )
        try:
            self.tree.write(self.path, b'%d' % round(mhz * self.per_mhz))
        except PermissionError as error:
            raise BoardError(
                f'{self.place} must not be written by user {os.geteuid()}: give the right as '
                'config/README.md says, or run as root'
            ) from error
        except OSError as error:
            reason = 'is gone' if error.errno in (errno.ENOENT, errno.ENODEV) else error.strerror
            raise BoardError(
                f'{self.place} does not take {mhz:g} MHz ({reason}): switch the core or device on '
                'again, or choose another limit'
            ) from error


@dataclass(frozen=True)
class Actuator:
    """One clock limit: of a CPU cluster, or of the GPU.

    Attributes:
        name: 'cpu.<cluster>.max_mhz' or 'gpu.max_mhz'.
        minimum_mhz: lowest clock of the hardware.
        maximum_mhz: highest clock of the hardware.
        steps_mhz: clocks that the hardware offers, ascending; empty: any in the range.
        limit_files: where the limit is; a cluster may have several cpufreq policies.
    """

    name: str
    minimum_mhz: float
    maximum_mhz: float
    steps_mhz: tuple[float, ...]
    limit_files: tuple[LimitFile, ...]

    @property
    def settable(self) -> bool:
        """Whether this process may write the limit now."""
        files = [file for file in self.limit_files if file.tree.exists(file.path)]
        return bool(files) and all(file.tree.writable(file.path) for file in files)

    def read(self) -> float:
        """Return the limit now (MHz), the highest of its policies; NaN if it cannot be read."""
        known = [mhz for mhz in (file.read() for file in self.limit_files) if not math.isnan(mhz)]
        return max(known, default=math.nan)

    def write(self, mhz: float) -> None:
        """Write the limit (MHz) to each policy, as it is: who calls chooses a step in the range.

        A policy whose cores are all offline has no file, or one that can neither be read nor
        written; it is left out as long as there is another.

        Raises:
            BoardError: if one of them refuses; those before it then have their old limit again.
                If none is there.
        """
        changed: list[tuple[LimitFile, float]] = []
        refusal: BoardError | None = None
        for file in self.limit_files:
            old_mhz = file.read()
            try:
                file.write(mhz)
            except BoardError as error:
                refusal = error
                if math.isnan(old_mhz):
                    continue
                for other, other_mhz in changed:
                    if not math.isnan(other_mhz):
                        other.write(other_mhz)
                raise
            changed.append((file, old_mhz))
        if refusal is not None and not changed:
            raise refusal
