# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups of one frame on two cores against one core and against threads within operators."""

import threading
from contextlib import ExitStack
from functools import partial

import numpy as np

from benchmark.figure import Value
from benchmark.perception.figures import ARCHITECTURES
from benchmark.perception.settings import Settings
from benchmark.random_bundle import write_random_bundle
from benchmark.timing import interleave, milliseconds, ratio
from dyn_perception.inference.affinity import on_cores, set_thread_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.placement import ANYWHERE, Machine, Placement
from dyn_perception.network.architectures import get_architecture
from dyn_perception.network.bundle import Bundle, load_bundle
from dyn_perception.processors.cores import usable_cores

_SIDE = 224
_BLOCKS = 150
_CALLS = 3
_LIMIT_S = 60.0


def measure(settings: Settings) -> dict[str, Value]:
    """Time width 4 of both architectures on one image of 224x224."""
    cores = sorted(usable_cores())[:2]
    if len(cores) < 2:
        raise RuntimeError('one core is not enough to split a frame: nothing to measure')
    speedup, over_threads, times_ms = {}, {}, {}
    for architecture in ARCHITECTURES:
        folder = settings.scratch / f'{architecture}_{_SIDE}'
        channels = get_architecture(architecture).options['channels']
        bundle = load_bundle(write_random_bundle(architecture, channels, folder, _SIDE))
        # In a thread of its own: what the main thread may use counts as what the process may.
        times = on_cores(None, partial(_measure, bundle, cores))
        speedup[architecture] = ratio(times['one'], times['split'])
        over_threads[architecture] = ratio(times['threads'], times['split'])
        times_ms[architecture] = {name: milliseconds(found) for name, found in times.items()}
    return {
        'split_speedup': speedup,
        'split_vs_threads': over_threads,
        'split_ms': times_ms,
    }


def _measure(bundle: Bundle, cores: list[int]) -> dict[str, np.ndarray]:
    machine = Machine({})
    batch = np.random.default_rng(0).standard_normal((1, 3, _SIDE, _SIDE)).astype(np.float32)
    split = machine.place(f'cpu:{cores[0]}+cpu:{cores[1]}')
    with ExitStack() as stack:

        def make(placement: Placement, threads: int = 1) -> Engine:
            first = placement.processors[0].cores
            engine = on_cores(
                first, lambda: create_engine(bundle, threads=threads, placement=placement)
            )
            engine.warm_up(1)
            return stack.enter_context(engine)

        engines = {
            'one': make(machine.place(f'cpu:{cores[0]}')),
            'split': make(split),
            'threads': make(ANYWHERE, threads=2),
        }

        def run(engine: Engine) -> None:
            first = engine.placement.processors[0].cores
            set_thread_cores(threading.get_native_id(), first)
            engine.run(batch, bundle.manifest.groups)

        return interleave(
            {name: partial(run, engine) for name, engine in engines.items()},
            _BLOCKS,
            _CALLS,
            _LIMIT_S,
        )
