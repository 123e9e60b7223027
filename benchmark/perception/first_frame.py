# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the first frame after a width change takes longer than the frames that follow it."""

import time
from dataclasses import dataclass
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
    """Compare p99 of first and steady frames by architecture; by width too, and medians."""
    over_all: dict[str, Value] = {}
    by_width: dict[str, Value] = {}
    medians: dict[str, Value] = {}
    for name in ARCHITECTURES:
        bundle = settings.bundle(name)
        with undisturbed(), create_engine(bundle, threads=1) as engine:
            batch = random_batch(bundle)
            engine.warm_up(len(batch))
            rounds = _rounds(engine, batch)
        over_all[name] = float(np.median([found.over_all for found in rounds]))
        by_width[name] = _typical([found.by_width for found in rounds])
        medians[name] = _typical([found.medians for found in rounds])
    return {
        'first_frame_ratio': over_all,
        'first_frame_ratio_by_width': by_width,
        'first_frame_median_ratio': medians,
    }


@dataclass(frozen=True)
class Comparison:
    """First frames over steady ones: p99 of all changes, and p99 and median by width."""

    over_all: float
    by_width: list[float]
    medians: list[float]


def _typical(rounds: list[list[float]]) -> list[float]:
    return [float(value) for value in np.median(rounds, axis=0)]


def _rounds(engine: Engine, batch: np.ndarray) -> list[Comparison]:
    """Compare a few times, fewer on a machine so busy that it takes long."""
    end_s = time.monotonic() + _LIMIT_S
    rounds = [_compare(engine, batch, seed=0)]
    while len(rounds) < _ROUNDS and time.monotonic() < end_s:
        rounds.append(_compare(engine, batch, seed=len(rounds)))
    return rounds


def _compare(engine: Engine, batch: np.ndarray, seed: int) -> Comparison:
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
    usual = {width: np.median(steady[width]) for width in widths}

    def share(times: dict[int, list[float]], quantile: float) -> float:
        """Return a quantile over all widths, each in units of its usual frame."""
        relative = [np.divide(times[width], usual[width]) for width in widths]
        return float(np.quantile(np.concatenate(relative), quantile))

    def ratios(quantile: float) -> list[float]:
        return [
            float(np.quantile(first[width], quantile) / np.quantile(steady[width], quantile))
            for width in widths
        ]

    return Comparison(share(first, 0.99) / share(steady, 0.99), ratios(0.99), ratios(0.5))
