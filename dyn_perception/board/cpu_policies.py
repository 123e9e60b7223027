# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""cpufreq policies: groups of cores that share one clock.

https://docs.kernel.org/admin-guide/pm/cpufreq.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from dyn_perception.board.files import Tree, to_number, to_numbers
from dyn_perception.board.plausible import CLOCK_MHZ, plausible
from dyn_perception.board.state import NOT_KNOWN

_CPU = 'sys/devices/system/cpu'
_STEPS = 'scaling_available_frequencies'
_WORD = re.compile(rb'[A-Za-z][A-Za-z0-9_-]{0,63}')


@dataclass(frozen=True)
class Policy:
    """One policy.

    Attributes:
        folder: below the root.
        cores: all its cores, online or not.
        minimum_mhz: lowest clock of the hardware, NaN while all its cores are offline.
        maximum_mhz: highest clock of the hardware, likewise.
        steps_mhz: clocks that the hardware offers, ascending; empty: not told.
    """

    folder: str
    cores: tuple[int, ...]
    minimum_mhz: float
    maximum_mhz: float
    steps_mhz: tuple[float, ...]

    @property
    def range_mhz(self) -> tuple[float, float]:
        """Lowest and highest clock of the hardware."""
        return self.minimum_mhz, self.maximum_mhz

    @property
    def is_known(self) -> bool:
        """Whether the range is known."""
        return self.maximum_mhz >= self.minimum_mhz


def find_policies(tree: Tree, cores: Iterable[int]) -> list[Policy]:
    """Return the policies of all cores, in the order of their first cores.

    Old kernels keep them in the cores' own folders, where cores of one policy share one by links.
    """
    present = frozenset(cores)
    places = {
        f'{_CPU}/cpufreq/{name}': int(name[6:])
        for name in tree.names(f'{_CPU}/cpufreq')
        if name.startswith('policy') and name[6:].isdecimal()
    }
    covered = {
        core for place, first in places.items() for core in _cores(tree, place, first, present)
    }
    seen = {tree.find(place) for place in places}
    for core in cores:
        place = f'{_CPU}/cpu{core}/cpufreq'
        real = tree.find(place)
        if core not in covered and real is not None and real not in seen:
            seen.add(real)
            places[place] = core
            covered |= set(_cores(tree, place, core, present))
    policies = [
        _policy(tree, place, _cores(tree, place, first, present))
        for place, first in places.items()
    ]
    return sorted(policies, key=lambda policy: policy.cores)


def _cores(tree: Tree, folder: str, first: int, present: frozenset[int]) -> tuple[int, ...]:
    related = to_numbers(tree.read(f'{folder}/related_cpus'))
    is_list = first in related and related == sorted(set(related)) and present.issuperset(related)
    return tuple(related) if is_list else (first,)


def _policy(tree: Tree, folder: str, cores: tuple[int, ...]) -> Policy:
    steps = [_clock(b'%d' % step) for step in to_numbers(tree.read(f'{folder}/{_STEPS}'))]
    return Policy(
        folder,
        cores,
        _clock(tree.read(f'{folder}/cpuinfo_min_freq')),
        _clock(tree.read(f'{folder}/cpuinfo_max_freq')),
        () if any(map(math.isnan, steps)) else tuple(sorted(set(steps))),
    )


def _clock(content: bytes) -> float:
    return plausible(to_number(content) / 1e3, CLOCK_MHZ)


class PolicyClock:
    """What changes in a policy: its clock, limit and governor."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self._clock = tree.reader(f'{folder}/scaling_cur_freq')
        self._limit = tree.reader(f'{folder}/scaling_max_freq')
        self._governor = tree.reader(f'{folder}/scaling_governor')

    def clock_mhz(self) -> float:
        """Return the clock now (MHz), NaN if it cannot be read."""
        return _clock(self._clock())

    def limit_mhz(self) -> float:
        """Return the highest clock allowed now (MHz), NaN if it cannot be read."""
        return _clock(self._limit())

    def governor(self) -> str:
        """Return who chooses the clock, '' if that is not known."""
        return to_word(self._governor())


def to_word(content: bytes) -> str:
    """Return a file's only word, '' if it holds anything else."""
    word = content.strip()
    return word.decode() if _WORD.fullmatch(word) else ''


def highest(values: Iterable[float]) -> float:
    """Return the highest of the values that are known, NaN if none is."""
    return max((value for value in values if not math.isnan(value)), default=NOT_KNOWN)
