# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Random damage to trees of eight boards: what is read must be true, or not known.

The damage and the judgement are those of the tests, in test/support/tree_fuzz.py: files, folders
and links that are missing, empty, binary, huge, negative, cut up, forbidden, loops, FIFOs, folders
in the place of files, links out of the root, or that vanish before, between and in the middle of
readings. A failure is an exception, a reading that takes longer than 10 s, or a value that is
neither NaN (or absent) nor exactly that of the undamaged tree; a value that comes from no damaged
file must be there; and after the damage is undone, everything must be as before.
"""

import importlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

from benchmark import ROOT
from benchmark.board.settings import Settings
from benchmark.figure import Value

_TREES = 20_000
_CHUNK = 250  # trees that a process damages before it answers
_IN_MEMORY = Path('/dev/shm')
_SHOWN = 10

_fuzz: Any = None  # of this process, which writes its trees once


def measure(settings: Settings) -> dict[str, Value]:
    """Count the damaged trees that are not read as they should be; print the first of them."""
    place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else settings.scratch
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        folder.chmod(0o777)  # the processes give up the rights of root
        failures = _run(folder)
    for problem in [problem for problems in failures for problem in problems][:_SHOWN]:
        print(problem, file=sys.stderr)
    return {'fuzz_failures': len(failures), 'fuzz_trees': _TREES}


def _run(folder: Path) -> list[list[str]]:
    chunks = [range(first, first + _CHUNK) for first in range(0, _TREES, _CHUNK)]
    context = multiprocessing.get_context('fork')
    start = partial(_start, folder)
    failures: list[list[str]] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, initializer=start) as pool:
        try:
            for found in pool.map(_damage, chunks):
                failures += found
        except BrokenProcessPool:  # the interpreter itself fell over
            failures.append(['a process ended without a word'])
    return failures


def _start(folder: Path) -> None:
    """Write this process's own trees, as a user without rights."""
    global _fuzz
    sys.path.insert(0, str(ROOT / 'test'))
    module = importlib.import_module('support.tree_fuzz')
    module.become_unprivileged()
    _fuzz = module.TreeFuzz(Path(tempfile.mkdtemp(dir=folder)))


def _damage(seeds: Iterable[int]) -> list[list[str]]:
    """Return what went wrong with each tree that was not read as it should be."""
    return [found for found in map(_fuzz.run, seeds) if found]
