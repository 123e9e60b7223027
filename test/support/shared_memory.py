# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Shared memory of Fast DDS, and what killed processes leave of it."""

import fcntl
import os
import re
import time
from contextlib import suppress
from pathlib import Path

FOLDER = Path('/dev/shm')
SHARED_MEMORY = dict.fromkeys(
    ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'),
    str(Path(__file__).with_name('fastdds_shared_memory.xml')),
)
"""Environment of processes that exchange images of a camera's size."""
# Until a process has locked what it has just made, it looks dead.
YOUNG_S = 60.0

_SEGMENT = re.compile(r'(fast(?:rtps|dds)_[0-9a-f]{16})_[es]l')
_PORT = re.compile(r'(fast(?:rtps|dds)_port\d+)_[es]l')


def sweep(folder: Path = FOLDER) -> list[str]:
    """Remove the segments whose processes are gone, as `fastdds shm clean` does.

    A process holds the lock file of each segment that it made until it ends. Segments of other
    users and those made lately are left alone. So are ports: they are small, the next process with
    the number of a dead one takes its port over, and whoever still had it open would go on to
    write into a removed one.

    Args:
        folder: of the shared memory.

    Returns:
        The names of the files that were removed.
    """
    removed = []
    for lock in sorted(folder.glob('fast*_[es]l')):
        found = _SEGMENT.fullmatch(lock.name)
        if found is None or not _is_old_and_own(lock):
            continue
        try:
            with lock.open('rb') as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for name in (found[1], lock.name):
                    (folder / name).unlink(missing_ok=True)
                    removed.append(name)
        except OSError:  # a living process has it, or it is gone
            continue
    return removed


def lost_ports(pid: int) -> list[str]:
    """Return the ports that a process reads and that nobody else can open any more.

    Fast DDS removes a port that it takes for dead. Where a living process still reads it, all that
    is sent to that process from then on is lost, though it is discovered and sends itself.
    """
    process = Path('/proc', str(pid))
    held = []
    with suppress(OSError):
        for file in (process / 'fd').iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                held.append(str(file.readlink()))
        ports = {found[1] for name in held if (found := _PORT.search(name))}
        maps = (process / 'maps').read_text().splitlines()
        return sorted(port for port in ports if not any(line.endswith(port) for line in maps))
    return []


def _is_old_and_own(path: Path) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    newest_s = max(status.st_mtime, status.st_ctime)
    return status.st_uid == os.geteuid() and time.time() - newest_s > YOUNG_S
