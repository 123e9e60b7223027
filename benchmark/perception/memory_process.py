# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A fresh process that loads networks and prints its private memory before and after.

    python -m benchmark.perception.memory_process SMALL_BUNDLE SMALL_GRAPH KIND PATH ...

The small network of the same layers is run and dropped first, so that the program code which
running one pages in does not count as memory of the network.

KIND: `engine` with a bundle; `sessions` with graphs, with the engine's options and its care for
freed memory; `default_sessions` with graphs, with ONNX Runtime's default options but one thread.
"""

import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.onnx_engine import OnnxEngine, release_freed_memory, session_options
from dyn_perception.network.bundle import load_bundle

_PROVIDERS = ['CPUExecutionProvider']


def private_bytes() -> int:
    """Return the resident memory that no other process shares (bytes)."""
    total = 0
    for line in Path('/proc/self/smaps_rollup').read_text().splitlines():
        if line.startswith(('Private_Clean:', 'Private_Dirty:')):
            total += int(line.split()[1]) * 1024
    return total


def load_engine(path: str) -> Engine:
    """Load the engine and run every width."""
    engine = OnnxEngine(load_bundle(path), threads=1)
    batch = np.zeros((1, 3, 32, 32), np.float32)
    for width in range(1, engine.groups + 1):
        engine.run(batch, width)
    return engine


def load_session(path: str, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    """Load one graph and run it."""
    session = onnxruntime.InferenceSession(path, options, _PROVIDERS)
    batch = np.zeros((1, 3, 32, 32), np.float32)
    for _ in range(4):
        session.run(None, {'image': batch})
    return session


def load(kind: str, paths: Sequence[str]) -> list[object]:
    """Load what is asked for."""
    if kind == 'engine':
        return [load_engine(path) for path in paths]
    options = session_options(1) if kind == 'sessions' else onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions: list[object] = []
    for path in paths:
        sessions.append(load_session(path, options))
        if kind == 'sessions':
            release_freed_memory()
    return sessions


def main(small_bundle: str, small_graph: str, kind: str, *paths: str) -> None:
    """Load what is asked for and print `{"before": bytes, "after": bytes}`."""
    load_engine(small_bundle).close()
    load('sessions', [small_graph])
    gc.collect()
    release_freed_memory()
    before = private_bytes()
    loaded = load(kind, paths)
    gc.collect()
    print(json.dumps({'before': before, 'after': private_bytes()}))
    loaded.clear()


if __name__ == '__main__':
    main(*sys.argv[1:])
