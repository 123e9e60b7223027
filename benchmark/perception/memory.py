# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Memory of the engine with all widths against other ways to have them; fresh processes."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.figures import ARCHITECTURES
from benchmark.perception.monolith import export_merged
from benchmark.perception.settings import Settings
from benchmark.random_bundle import write_random_bundle
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.manifest import WEIGHTS_FILE

CHANNELS = {'resnet': [64, 128, 320, 512], 'alexnet': [64, 192, 384, 384, 384]}
SMALL_CHANNELS = {'resnet': [8, 8, 8, 8], 'alexnet': [8, 8, 8, 8, 8]}
LEAST_WEIGHT_BYTES = 50_000_000
_REPETITIONS = 3


def measure(settings: Settings) -> dict[str, Value]:
    """Measure the private memory that each variant adds, by architecture (medians)."""
    added = {name: _measure_variants(name, settings.scratch) for name in ARCHITECTURES}
    return {
        'memory_added_ratio': {
            name: found['engine'] / found['session'] for name, found in added.items()
        },
        'memory_vs_separate': {
            name: found['separate'] / found['engine'] for name, found in added.items()
        },
        'memory_added_bytes': {name: dict(found) for name, found in added.items()},
    }


def _measure_variants(architecture: str, scratch: Path) -> dict[str, float]:
    folder = write_random_bundle(architecture, CHANNELS[architecture], scratch / 'many_weights')
    weight_bytes = (folder / WEIGHTS_FILE).stat().st_size
    if weight_bytes < LEAST_WEIGHT_BYTES:
        raise ValueError(f'{weight_bytes} bytes of weights: at least {LEAST_WEIGHT_BYTES} wanted')
    graphs = export_merged(load_bundle(folder), scratch / 'many_weights_merged')
    small = write_random_bundle(architecture, SMALL_CHANNELS[architecture], scratch / 'small')
    small_graph = export_merged(load_bundle(small), scratch / 'small_merged')[-1]
    variants: dict[str, list[str | Path]] = {
        'engine': ['engine', folder],
        'session': ['sessions', graphs[-1]],
        'default_session': ['default_sessions', graphs[-1]],
        'separate': ['sessions', *graphs],
        'default_separate': ['default_sessions', *graphs],
    }
    found: dict[str, list[int]] = {name: [] for name in variants}
    for _ in range(_REPETITIONS):
        for name, arguments in variants.items():
            found[name].append(_added_bytes([small, small_graph, *arguments]))
    return {name: float(np.median(values)) for name, values in found.items()}


def _added_bytes(arguments: Sequence[str | Path]) -> int:
    done = subprocess.run(
        [sys.executable, '-m', 'benchmark.perception.memory_process', *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, int] = json.loads(done.stdout)
    return result['after'] - result['before']
