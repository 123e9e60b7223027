# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of a processor in placements and results, and of the same processor on the board.

| placement       | board state | clock knob |
| --------------- | ----------- | ---------- |
| `cpu:a57`       | `cpu:a57`   | `cpu.a57`  |
| `gpu`, `cuda:0` | `gpu`       | `gpu`      |
| `cuda:1`        | `gpu_1`     | `gpu_1`    |
"""

ANY_CPU = 'cpu'
"""Any core, in placements."""

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


def clock_knob(processor: str) -> str:
    """Return the name of the clock knob of a processor, which the board may not have."""
    return on_board(processor).replace(':', '.', 1)


def is_gpu(processor: str) -> bool:
    """Return whether a processor of a placement, or one of the board, is a GPU."""
    return on_board(processor).partition('_')[0] == GPU
