# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a frame takes whose groups several processors share."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GroupTimes:
    """Time of a group on one processor (s).

    Attributes:
        first_s: of the first one of a frame there, with what the frame as a whole costs.
        next_s: of each further one.
    """

    first_s: float
    next_s: float


@dataclass(frozen=True)
class SharedWork:
    """A frame whose groups are shared.

    Attributes:
        latency_s: until the last group is finished (s).
        busy_s: how long each processor works (s).
    """

    latency_s: float
    busy_s: dict[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """The part of that time that each processor works, 0...1."""
        return {name: busy_s / self.latency_s for name, busy_s in self.busy_s.items()}


def share_groups(processors: Mapping[str, GroupTimes], width: int) -> SharedWork:
    """Hand out groups 1...width: each goes to the processor that will finish it first.

    `inference.split_frame` does so from frame to frame, by the times that it has measured. Of
    several that finish at the same time the first one takes it.

    Args:
        processors: times by name.
        width: number of groups, from 1.
    """
    busy_s = dict.fromkeys(processors, 0.0)
    for _ in range(width):
        ends = {
            name: busy_s[name]
            + (processors[name].next_s if busy_s[name] else processors[name].first_s)
            for name in processors
        }
        quickest = min(ends, key=ends.__getitem__)
        busy_s[quickest] = ends[quickest]
    return SharedWork(max(busy_s.values()), busy_s)
