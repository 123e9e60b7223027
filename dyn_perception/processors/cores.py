# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The processors that this process may compute on, as the operating system states them."""

import os
from collections.abc import Iterable
from pathlib import Path

_CPU_FOLDER = Path('sys/devices/system/cpu')
_MOST_CORES = 4096
"""More than any board has; a longer range is a mistake or an attack on the memory."""


def usable_cores() -> frozenset[int]:
    """Return the cores that this process may run on: online, and allowed by taskset and cgroup.

    They are those of the main thread, which no placement changes.
    """
    return frozenset(os.sched_getaffinity(os.getpid()))


def present_cores(root: Path = Path('/')) -> frozenset[int]:
    """Return the cores that the machine has, online or not."""
    return _listed_cores(root, 'present')


def online_cores(root: Path = Path('/')) -> frozenset[int]:
    """Return the cores that are switched on."""
    return _listed_cores(root, 'online')


def parse_core_list(text: str) -> tuple[int, ...]:
    """Return the cores of a list such as `0`, `0,2` or `0-3,6`, ascending.

    Raises:
        ValueError: if the text is no such list, names a core twice or one that no board has.
    """
    cores: list[int] = []
    for part in text.split(','):
        first, dash, last = part.partition('-')
        if not first.isascii() or not first.isdigit():
            raise ValueError(f'{part!r} is neither a core such as 0 nor a range such as 0-3')
        if dash and not (last.isascii() and last.isdigit()):
            raise ValueError(f'{part!r} is no range such as 0-3')
        if max(len(first), len(last)) > len(str(_MOST_CORES)):
            raise ValueError(f'{part!r} is no core: there are fewer than {_MOST_CORES}')
        start, end = int(first), int(last or first)
        if not start <= end < _MOST_CORES:
            raise ValueError(f'{part!r} is no range of ascending cores below {_MOST_CORES}')
        cores += range(start, end + 1)
    if len(set(cores)) != len(cores):
        raise ValueError(f'{text!r} names a core twice')
    return tuple(sorted(cores))


def format_core_list(cores: Iterable[int]) -> str:
    """Return cores as a list with ranges, such as `0-3,6`."""
    ranges: list[list[int]] = []
    for core in sorted(cores):
        if ranges and core == ranges[-1][1] + 1:
            ranges[-1][1] = core
        else:
            ranges.append([core, core])
    return ','.join(f'{first}' if first == last else f'{first}-{last}' for first, last in ranges)


def _listed_cores(root: Path, name: str) -> frozenset[int]:
    try:
        return frozenset(parse_core_list((root / _CPU_FOLDER / name).read_text().strip()))
    except (OSError, ValueError):  # not Linux's own sysfs
        return frozenset(range(os.cpu_count() or 1))
