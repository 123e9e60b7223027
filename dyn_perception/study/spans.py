# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Spans of a timeline for which whoever knows the future has one operating point."""

from dataclasses import dataclass

from dyn_perception.study.expectation import Expectation, expect
from dyn_perception.study.timeline import Phase, Timeline
from dyn_perception.study.true_table import TrueTable

RAMP_FRAMES = 25


@dataclass(frozen=True)
class Span:
    """Frames for which the oracle has one operating point."""

    first: int
    end: int
    expectation: Expectation
    phase: Phase
    others: dict[str, float]


def make_spans(true: TrueTable, timeline: Timeline) -> list[Span]:
    """Cut the timeline where something changes; a ramp every `RAMP_FRAMES`."""
    spans = []
    for phase in timeline.phases:
        is_ramp = any(low != high for low, high in phase.contention.values())
        length = RAMP_FRAMES if is_ramp else phase.end - phase.first
        for first in range(phase.first, phase.end, length):
            end = min(first + length, phase.end)
            # The most of either end, so that no frame between is late.
            ends = timeline.others[first], timeline.others[end - 1]
            others = {
                name: max(item.get(name, 0.0) for item in ends) for name in {*ends[0], *ends[1]}
            }
            spans.append(Span(first, end, expect(true, others, phase.goals), phase, others))
    return spans
