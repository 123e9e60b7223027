# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Time of the engines at each width, against one graph of the same network; batch 1, one core."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmark.figure import Value
from benchmark.perception.figures import ARCHITECTURES
from benchmark.perception.monolith import export_branched, export_merged
from benchmark.perception.settings import Settings
from benchmark.timing import interleave, milliseconds, ratio, undisturbed
from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.onnx_engine import session_options
from dyn_perception.network.bundle import Bundle

Times = NDArray[np.float64]
WidthTimes = dict[str, list[Times]]

_BLOCKS = 200
_TORCH_BLOCKS = 50


def measure(settings: Settings) -> dict[str, Value]:
    """Time both architectures."""
    times, torch_times = {}, {}
    for name in ARCHITECTURES:
        bundle = settings.bundle(name)
        graphs = {
            'merged': export_merged(bundle, settings.scratch / f'{name}_merged'),
            'branched': export_branched(bundle, settings.scratch / f'{name}_branched'),
        }
        with undisturbed():
            times[name] = time_widths(bundle, graphs)
            torch_times[name] = time_torch(bundle)
    return {
        'width_range': {
            name: ratio(found['engine'][-1], found['engine'][0]) for name, found in times.items()
        },
        'engine_vs_monolith': _ratios(times, 'merged'),
        'engine_vs_branched_graph': _ratios(times, 'branched'),
        'torch_vs_onnx': {
            name: ratio(found['torch'], found['onnx']) for name, found in torch_times.items()
        },
        'engine_ms': _medians(times, 'engine'),
        'monolith_ms': _medians(times, 'merged'),
        'torch_engine_ms': {
            name: milliseconds(found['torch']) for name, found in torch_times.items()
        },
    }


def time_widths(
    bundle: Bundle, graphs: Mapping[str, Sequence[Path]], blocks: int = _BLOCKS
) -> WidthTimes:
    """Time the engine and one session of each graph at each width, side by side.

    Args:
        bundle: for the engine.
        graphs: for each form of the network a graph for each width.
        blocks: see `interleave`.

    Returns:
        For `engine` and each form of the network, times by width.
    """
    batch = random_batch(bundle)
    widths = range(1, bundle.manifest.groups + 1)
    variants: dict[str, Callable[[], object]] = {}
    with create_engine(bundle, threads=1) as engine:
        for width in widths:
            variants[f'engine {width}'] = partial(engine.run, batch, width)
            for form, paths in graphs.items():
                variants[f'{form} {width}'] = bind_session(paths[width - 1], batch)
        times = interleave(variants, blocks)
    return {form: [times[f'{form} {width}'] for width in widths] for form in ('engine', *graphs)}


def time_torch(bundle: Bundle) -> dict[str, Times]:
    """Time `torch` and `onnx`, the engines at the highest width."""
    batch = random_batch(bundle)
    width = bundle.manifest.groups
    with create_engine(bundle, 'torch') as torch_engine, create_engine(bundle) as onnx_engine:
        return interleave(
            {
                'torch': partial(torch_engine.run, batch, width),
                'onnx': partial(onnx_engine.run, batch, width),
            },
            _TORCH_BLOCKS,
        )


def bind_session(graph: Path, batch: NDArray[np.float32]) -> Callable[[], object]:
    """Return a function that runs a graph on the batch, as quickly as ONNX Runtime can.

    The session has the engine's options, and input and output bound once, as the engine does.
    """
    session = onnxruntime.InferenceSession(
        graph.read_bytes(), session_options(1), ['CPUExecutionProvider']
    )
    (output,) = session.run(None, {'image': batch})
    binding = session.io_binding()
    binding.bind_ortvalue_input('image', onnxruntime.OrtValue.ortvalue_from_numpy(batch))
    binding.bind_ortvalue_output('logits', onnxruntime.OrtValue.ortvalue_from_numpy(output))
    return partial(session.run_with_iobinding, binding)


def random_batch(bundle: Bundle) -> NDArray[np.float32]:
    """Return one image as the network reads it, float32 [1, 3, H, W]."""
    shape = (1, 3, bundle.manifest.input.height, bundle.manifest.input.width)
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _ratios(times: Mapping[str, WidthTimes], form: str) -> Value:
    """Return the engine's time over that of a form of the network, by width."""
    return {
        name: [ratio(*pair) for pair in zip(found['engine'], found[form], strict=True)]
        for name, found in times.items()
    }


def _medians(times: Mapping[str, WidthTimes], form: str) -> Value:
    return {name: [milliseconds(value) for value in found[form]] for name, found in times.items()}
