# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the name of a placement says."""

_SPLIT = '+'


def processors_of(placement: str) -> tuple[str, ...]:
    """Return the processors that share the groups of a frame, the first one first.

    `gpu+cpu:a57` gives `gpu` and `cpu:a57`.
    """
    return tuple(placement.split(_SPLIT))


def join_processors(processors: tuple[str, ...]) -> str:
    """Return the placement that shares the groups of a frame among processors."""
    return _SPLIT.join(processors)


def knob_of(processor: str) -> str:
    """Return the name of the clock of a processor: `cpu:a57` has `cpu.a57`."""
    return processor.replace(':', '.', 1)
