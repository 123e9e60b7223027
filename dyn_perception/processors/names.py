# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of a processor in placements and results, and of the same processor on the board.

| placement       | board state | clock knob |
| --------------- | ----------- | ---------- |
| `cpu:a57`       | `cpu:a57`   | `cpu.a57`  |
| `gpu`, `cuda:0` | `gpu`       | `gpu`      |
| `cuda:1`        | `gpu_1`     | `gpu_1`    |
"""

from collections.abc import Collection, Mapping

from dyn_perception.processors.cores import parse_core_list

ANY_CPU = 'cpu'
"""Any core, in placements."""

CORES_OF = 'cpu:'
"""Before the name of a cluster or a list of cores, in placements."""

GPU = 'gpu'
"""The first CUDA device, in placements; on the board, the first GPU."""

CUDA = 'cuda:'
"""Before the index of a CUDA device, in placements."""

SPLIT = '+'
"""Between the processors of a placement that share the groups of a frame."""


def processors_of(placement: str) -> tuple[str, ...]:
    """Return the processors of a placement, the first one first.

    `gpu+cpu:a57` gives `gpu` and `cpu:a57`.
    """
    return tuple(placement.split(SPLIT))


def join_processors(processors: tuple[str, ...]) -> str:
    """Return the placement whose processors share the groups of a frame."""
    return SPLIT.join(processors)


def on_board(processor: str) -> str:
    """Return what the board calls a processor of a placement.

    CUDA's order of several cards is the board's with CUDA_DEVICE_ORDER=PCI_BUS_ID.
    """
    index = processor.removeprefix(CUDA)
    if index == processor or not (index.isascii() and index.isdigit()):
        return processor
    return f'{GPU}_{int(index)}' if int(index) else GPU


def loaded_processor(processor: str, clusters: Mapping[str, Collection[int]]) -> str:
    """Return the processor of the board whose load contains the work of one of a placement.

    A list of cores, such as `cpu:0,4-7`, gives the cluster with most of them, the first one where
    several have as many: nobody knows how the work is spread, most likely evenly. `cpu` gives the
    only cluster, and stays `cpu` where there are several that the work may be on. `cuda:0` gives
    `gpu`. What the board does not know keeps its name: another cluster or processor, cores of no
    cluster, and a list that is damaged.

    Args:
        processor: name as in placements and results.
        clusters: cores of each cluster by its name on the board, such as `cpu:a57`.
    """
    if processor in clusters:
        return processor
    if processor == ANY_CPU and len(clusters) == 1:
        return next(iter(clusters))
    cores = _listed_cores(processor)
    shares = {name: len(cores.intersection(items)) for name, items in clusters.items()}
    most = max(shares, key=shares.__getitem__, default='')
    return most if shares.get(most) else on_board(processor)


def _listed_cores(processor: str) -> frozenset[int]:
    """Return the cores that a processor of a placement lists; none if it does not list any."""
    if not processor.startswith(CORES_OF):
        return frozenset()
    try:
        return frozenset(parse_core_list(processor.removeprefix(CORES_OF)))
    except ValueError:  # the name of a cluster, or a list that is damaged
        return frozenset()


def clock_knob(processor: str) -> str:
    """Return the name of the clock knob of a processor, which the board may not have."""
    return on_board(processor).replace(':', '.', 1)


def is_gpu(processor: str) -> bool:
    """Return whether a processor of a placement, or one of the board, is a GPU."""
    return on_board(processor).partition('_')[0] == GPU
