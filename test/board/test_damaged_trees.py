# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A hundred and fifty damaged trees; the benchmark reads 20,000."""

import multiprocessing
import tempfile
from pathlib import Path

from support.tree_fuzz import TreeFuzz, become_unprivileged

SEEDS = range(150)


def run(folder: str, found: 'multiprocessing.Queue[list[str]]') -> None:
    become_unprivileged()
    fuzz = TreeFuzz(Path(folder))
    found.put([problem for seed in SEEDS for problem in fuzz.run(seed)])


def test_damaged_trees_neither_crash_nor_hang_nor_mislead() -> None:
    """In a process of its own, since it gives up the rights of root."""
    context = multiprocessing.get_context('fork')
    found: multiprocessing.Queue[list[str]] = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        process = context.Process(target=run, args=(folder, found))
        process.start()
        problems = found.get(timeout=240)
        process.join()
    assert problems == []
