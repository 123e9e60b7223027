# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The network on a CUDA device with each engine that works there, where one is at hand."""

import itertools
import random
import sys
import time

import numpy as np
from numpy.typing import NDArray

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import ENGINE_NAMES, create_engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.gpu import find_gpus
from dyn_perception.inference.placement import Machine
from dyn_perception.network.bundle import Bundle

_REGIONS = 48
_FRAMES = 200
_PLACEMENTS = ('gpu', 'cpu+gpu')


def measure(settings: Settings) -> dict[str, Value]:
    """Time every width on the GPU, and split over CPU and GPU; nothing without a GPU.

    What an engine cannot do is said on standard error.
    """
    bundle = settings.bundle('resnet')
    batch = _batch(bundle)
    latencies: dict[str, Value] = {}
    differences: dict[str, Value] = {}
    with create_engine(bundle) as cpu:
        expected = cpu.run(batch, bundle.manifest.groups).logits
    for name in ENGINE_NAMES:
        gpus = find_gpus(name)
        if not gpus.count:
            print(f'gpu: engine {name} is left out: {gpus.why_none}', file=sys.stderr)
            continue
        machine = Machine({}, gpus=gpus)
        for place in _PLACEMENTS:
            key = f'{name} {place}'
            try:
                placement = machine.place(place)
                with create_engine(
                    bundle, name, placement=placement, largest_batch=_REGIONS
                ) as engine:
                    engine.warm_up(_REGIONS)
                    latencies[key] = _latencies(engine, batch)
                    difference = np.abs(engine.run(batch, engine.groups).logits - expected)
            except EngineError as error:
                print(f'gpu: engine {name} on {place} is left out: {error}', file=sys.stderr)
                continue
            differences[key] = float(difference.max())
    return {'gpu': latencies, 'gpu_difference': differences} if latencies else {}


def _batch(bundle: Bundle) -> NDArray[np.float32]:
    size = bundle.manifest.input
    shape = (_REGIONS, 3, size.height, size.width)
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def _latencies(engine: Engine, batch: NDArray[np.float32]) -> dict[str, Value]:
    """Return medians by width (ms): of steady frames, and of the first after a change."""
    order = random.Random(0)
    times: dict[tuple[bool, int], list[float]] = {}
    widths = order.choices(range(1, engine.groups + 1), k=_FRAMES * engine.groups)
    for before, width in itertools.pairwise(widths):
        start = time.perf_counter()
        engine.run(batch, width)
        times.setdefault((before != width, width), []).append(time.perf_counter() - start)

    def medians(*, changed: bool) -> list[float]:
        every = range(1, engine.groups + 1)
        return [1e3 * float(np.median(times[changed, width])) for width in every]

    return {'steady_ms': medians(changed=False), 'after_change_ms': medians(changed=True)}
