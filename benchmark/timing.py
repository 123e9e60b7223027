# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Times side by side, so that what else the machine does strikes all variants alike."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray


@contextmanager
def undisturbed() -> Iterator[None]:
    """Stay on one core, and collect no garbage, within the block."""
    allowed = os.sched_getaffinity(0)
    was_enabled = gc.isenabled()
    os.sched_setaffinity(0, {max(allowed)})
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
        if was_enabled:
            gc.enable()


def seconds(function: Callable[[], object]) -> float:
    """Return how long one call takes (s)."""
    start = time.perf_counter_ns()
    function()
    return (time.perf_counter_ns() - start) * 1e-9


def interleave(
    variants: Mapping[str, Callable[[], object]],
    blocks: int,
    calls: int = 9,
    limit_s: float = 60.0,
) -> dict[str, NDArray[np.float64]]:
    """Time several functions in turn, in short blocks.

    In each block every function is called a few times in a row, in an order of its own.

    Args:
        variants: the functions by name.
        blocks: how often all functions have their turn, at most.
        calls: how often a function is called in its turn; the first call is not counted,
            since it finds the caches as the function before it left them.
        limit_s: on a machine so busy that it takes longer, what was measured by then counts (s).

    Returns:
        For each name the shortest time of a call in each block (s), [blocks]: what else the
        machine does only adds to it.
    """
    names = list(variants)
    times = {name: np.empty(blocks) for name in names}
    order = np.random.default_rng(0)
    end_s = time.monotonic() + limit_s
    block = 0
    while block < blocks and (block == 0 or time.monotonic() < end_s):
        for index in order.permutation(len(names)):
            function = variants[names[index]]
            function()
            times[names[index]][block] = min(seconds(function) for _ in range(calls))
        block += 1
    return {name: times[name][:block] for name in names}


def ratio(times: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Return the median of the ratios of two variants in the same blocks."""
    return float(np.median(times / reference))


def milliseconds(times: NDArray[np.float64]) -> float:
    """Return the median (ms)."""
    return float(np.median(times)) * 1e3
