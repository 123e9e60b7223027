# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a board description says of the time that networks take."""

from typing import Annotated

from pydantic import Field

from dyn_perception.simulation.description_block import (
    Block,
    NotNegative,
    Positive,
    ProcessorName,
    Share,
)


class ProcessorWork(Block):
    """How long a processor takes: t = fixed_ms + share·work_ms_mhz / f (ms, f in MHz).

    Attributes:
        deviation: standard deviation of the time of one run, as a share of it.
        intensity: dynamic power while it runs, as a share of the processor's full one.
        also: share of other processors that it keeps busy meanwhile.
    """

    fixed_ms: NotNegative
    work_ms_mhz: Positive
    deviation: Share = 0.0
    intensity: Annotated[float, Field(ge=0.0, le=2.0)] = 1.0
    also: dict[ProcessorName, Share] = Field(default_factory=dict, max_length=8)


class PublishedWorkload(Block):
    """A network that somebody measured on the board.

    Attributes:
        groups: highest width.
        fixed_share: share of the work that every width has; width k has
            fixed_share + k / groups·(1 - fixed_share) of it.
    """

    groups: Annotated[int, Field(ge=1, le=64)] = 1
    fixed_share: Share = 0.0
    processors: dict[ProcessorName, ProcessorWork] = Field(min_length=1, max_length=16)


class ComputingRate(Block):
    """How long a processor takes for a network of which only the MACs are known.

    Attributes:
        frame_ms: once for each frame.
        group_ms: once for each group.
        macs_per_cycle: multiply-accumulate operations in a clock cycle, the whole processor.
        deviation: as in `ProcessorWork`.
        intensity: as in `ProcessorWork`.
        also: as in `ProcessorWork`.
    """

    frame_ms: NotNegative
    group_ms: NotNegative
    macs_per_cycle: Positive
    deviation: Share
    intensity: Annotated[float, Field(ge=0.0, le=2.0)] = 1.0
    also: dict[ProcessorName, Share] = Field(default_factory=dict, max_length=8)
