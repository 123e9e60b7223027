# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the first frame after a width change takes longer than the frames that follow it."""

import time
from functools import partial

import numpy as np

from benchmark.figure import Value
from benchmark.perception.engine_time import random_batch
from benchmark.perception.figures import ARCHITECTURES
from benchmark.perception.settings import Settings
from benchmark.timing import seconds, undisturbed
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import create_engine

_CHANGES = 1000
_STEADY_FRAMES = 8  # after the first one at a width
_LIMIT_S = 60.0
_ROUNDS = 11  # of so many changes each: a p99 of one is a matter of luck on a shared machine


def measure(settings: Settings) -> dict[str, Value]:
    """Compare p99 and median of first and steady frames, by architecture and width."""
    p99: dict[str, Value] = {}
    medians: dict[str, Value] = {}
    for name in ARCHITECTURES:
        bundle = settings.bundle(name)
        with undisturbed(), create_engine(bundle, threads=1) as engine:
            batch = random_batch(bundle)
            engine.warm_up(len(batch))
            rounds = _rounds(engine, batch)
        p99[name], medians[name] = (
            [float(value) for value in np.median([found[i] for found in rounds], axis=0)]
            for i in range(2)
        )
    return {'first_frame_ratio': p99, 'first_frame_median_ratio': medians}


def _rounds(engine: Engine, batch: np.ndarray) -> list[tuple[list[float], list[float]]]:
    """Compare a few times, fewer on a machine so busy that it takes long."""
    end_s = time.monotonic() + _LIMIT_S
    rounds = [_compare(engine, batch, seed=0)]
    while len(rounds) < _ROUNDS and time.monotonic() < end_s:
        rounds.append(_compare(engine, batch, seed=len(rounds)))
    return rounds


def _compare(engine: Engine, batch: np.ndarray, seed: int) -> tuple[list[float], list[float]]:
    """Return the ratios of first to steady frames, by width: of the p99s and of the medians."""
    widths = range(1, engine.groups + 1)
    first: dict[int, list[float]] = {width: [] for width in widths}
    steady: dict[int, list[float]] = {width: [] for width in widths}
    random = np.random.default_rng(seed)
    width = engine.groups
    for _ in range(_CHANGES):
        width = int(random.choice([other for other in widths if other != width]))
        frame = partial(engine.run, batch, width)
        first[width].append(seconds(frame))
        steady[width] += [seconds(frame) for _ in range(_STEADY_FRAMES)]
    return tuple(  # type: ignore[return-value]
        [float(np.quantile(first[k], share) / np.quantile(steady[k], share)) for k in widths]
        for share in (0.99, 0.5)
    )
