# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The network on a CUDA device, where one is at hand."""

import itertools
import random
import time

import numpy as np

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.gpu import find_gpus
from dyn_perception.inference.placement import Gpus, Machine

_REGIONS = 48
_FRAMES = 200


def measure(settings: Settings) -> dict[str, Value]:
    """Time every width on the GPU, and split over CPU and GPU; nothing without a GPU."""
    name = next((name for name in ('onnx', 'torch') if find_gpus(name).count), None)
    if name is None:
        return {}
    bundle = settings.bundle('resnet')
    machine = Machine({}, gpus=Gpus(1, ''))
    found: dict[str, Value] = {}
    for place in ('gpu', 'cpu+gpu'):
        with create_engine(bundle, name, placement=machine.place(place)) as engine:
            engine.warm_up(_REGIONS)
            found[place] = _latencies(engine, bundle.manifest.groups)
    return {'gpu': found}


def _latencies(engine: Engine, groups: int) -> dict[str, Value]:
    shape = (_REGIONS, *engine.image_shape)
    batch = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    order = random.Random(0)
    times: dict[tuple[bool, int], list[float]] = {}
    widths = order.choices(range(1, groups + 1), k=_FRAMES * groups)
    for before, width in itertools.pairwise(widths):
        start = time.perf_counter()
        engine.run(batch, width)
        times.setdefault((before != width, width), []).append(time.perf_counter() - start)

    def medians(*, changed: bool) -> list[float]:
        return [1e3 * float(np.median(times[changed, width])) for width in range(1, groups + 1)]

    return {'steady_ms': medians(changed=False), 'after_change_ms': medians(changed=True)}
