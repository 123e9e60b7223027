# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder that a simulated board lives in: one owner, nothing foreign touched."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from dyn_perception.simulation.errors import SimulationError

MARKER = '.dyn_perception_simulated_board'
"""A file that says that a folder is the tree of a simulated board; its owner holds a lock."""

_ROOT = '.'  # in the marker: the root was made, too, and goes with the tree
_ATTEMPTS = 5


class TreeOwner:
    """Makes the tree of a simulated board and removes it at the end.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
        """Make the tree; it appears complete, in one step.

        Args:
            root: a folder that is missing, empty, or was left behind by a simulated board.
            files: content of each file by its path below the root; of a folder: path with '/'.
            links: target of each symbolic link.

        Raises:
            SimulationError: if the root is something else, in use, or cannot be made.
        """
        self._lock = -1
        try:
            self.root = Path(os.path.abspath(root.expanduser()))  # noqa: PTH100 (keep links)
            self._made_root = not self.root.exists()
            self._names = {path.split('/')[0] for path in (*files, *links)} | {MARKER}
            self._clear_remains()
            self._build(files, links)
        except (OSError, RuntimeError, ValueError) as error:
            reason = getattr(error, 'strerror', None) or error
            raise SimulationError(
                f'root {str(root)!r} cannot hold a simulated board ({reason}): name a folder '
                'that you may write to, or that does not exist yet'
            ) from error

    def close(self) -> None:
        """Remove the tree, and the root if it was made and holds nothing else."""
        if self._lock < 0:
            return
        # A program may put a file there meanwhile. The marker goes last: a tree that could not be
        # removed is still known as one.
        for _ in range(_ATTEMPTS):
            rest = [self.root / name for name in self._names if name != MARKER]
            rest = [path for path in rest if os.path.lexists(path)]
            if not rest:
                _remove(self.root / MARKER)
                break
            for path in rest:
                _remove(path)
        if self._made_root:
            with contextlib.suppress(OSError):  # somebody put a file there
                self.root.rmdir()
        os.close(self._lock)
        self._lock = -1

    def __enter__(self) -> 'TreeOwner':
        """Return the owner, whose tree is removed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the tree."""
        self.close()

    def _clear_remains(self) -> None:
        """Remove what a simulated board left behind that was killed."""
        if not self.root.exists():
            self.root.parent.mkdir(parents=True, exist_ok=True)
            return
        if not self.root.is_dir():
            raise SimulationError(
                f'root {str(self.root)!r} is no folder: name one for the simulated board'
            )
        names = os.listdir(self.root)  # noqa: PTH208 (names)
        if not names:
            return
        if MARKER not in names:
            raise SimulationError(
                f'root {str(self.root)!r} is not empty and is no tree of a simulated board: name '
                'another folder, or one that does not exist yet'
            )
        descriptor = os.open(self.root / MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SimulationError(
                f'root {str(self.root)!r} belongs to a simulated board that runs: end that one, '
                'or name another folder'
            ) from None
        else:
            content = os.read(descriptor, 4096).decode(errors='replace').splitlines()
            # Only what the marker lists is of a simulated board; a name is never a path.
            for name in sorted(set(content) & set(names) - {MARKER, '..'}):
                _remove(self.root / name)
            _remove(self.root / MARKER)
            self._made_root = _ROOT in content
        finally:
            os.close(descriptor)
        if os.listdir(self.root):  # noqa: PTH208 (names)
            raise SimulationError(
                f'root {str(self.root)!r} holds files that no simulated board made: move them, or '
                'name another folder'
            )

    def _build(self, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
        """Make the tree beside the root and rename it into place."""
        new = Path(tempfile.mkdtemp(prefix=f'.{self.root.name}-', dir=self.root.parent))
        try:
            new.chmod(0o755)
            lines = [*([_ROOT] if self._made_root else []), *sorted(self._names)]
            (new / MARKER).write_text('\n'.join(lines) + '\n')
            self._lock = os.open(new / MARKER, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path, content in files.items():
                place = new / path
                if path.endswith('/'):
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            for path, target in links.items():
                place = new / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(target)
            new.rename(self.root)  # fails if it is not empty any more
        except BaseException:
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1
            shutil.rmtree(new, ignore_errors=True)
            raise


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
