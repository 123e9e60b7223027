# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points of a board that was not profiled: only their ratios mean something."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import ProcessorObservation
from dyn_perception.control.spreading import spread
from dyn_perception.processors.names import is_gpu, on_board, processors_of

# Multiply-accumulate operations a cycle and time that does not depend on the clock: assumptions,
# corrected by the first results.
_MACS_PER_CYCLE = {'cpu': 4.0, 'gpu': 32.0}
_FIXED_S = 0.5e-3
_DEVIATION_SHARE = 0.1
_UNKNOWN_CLOCK_MHZ = 1500.0
# Clocks of a processor that are told apart.
_MOST_CLOCKS = 8


@dataclass(frozen=True, slots=True)
class WidthCost:
    """What the bundle says of a width.

    Attributes:
        width: from 1.
        macs: multiply-accumulate operations of a frame (all regions).
        accuracy: expected top-1 accuracy, 0...1 (NaN: not measured).
    """

    width: int
    macs: float
    accuracy: float = math.nan


def prior_table(
    widths: Sequence[WidthCost],
    placements: Sequence[str],
    processors: Sequence[ProcessorObservation] = (),
    settable: Collection[str] = (),
) -> OperatingPointTable:
    """Make operating points from MACs, clusters, GPUs and their clock steps.

    latency = fixed time + MACs / (MACs a cycle * clock). The absolute scale is a guess that
    the first results replace; `ManagerPolicy(..., is_profiled=False)` expects larger errors.
    Power stays unknown: the policy then prefers lower clocks, and learns from a sensor.

    Args:
        widths: of the network.
        placements: that the perception offers, for example `cpu`, `cpu:a57`, `gpu`.
        processors: as seen in the state of the board (none: clocks are left alone).
        settable: clock knobs that may be set; the others are left alone.

    Raises:
        ControlError: no width or placement, or MACs that are not above 0.
    """
    if not widths or not placements:
        raise ControlError('widths and placements are needed: at least one of each')
    points = []
    for placement in placements:
        processor = _processor_of(placement, processors)
        for clocks, clock_mhz in _clock_settings(processor, settable):
            gpu = is_gpu(processors_of(placement)[0])
            rate = _MACS_PER_CYCLE['gpu' if gpu else 'cpu'] * clock_mhz * 1e6
            for cost in widths:
                if not (math.isfinite(cost.macs) and cost.macs > 0):
                    raise ControlError(f'{cost.macs} MACs of width {cost.width} must be above 0')
                latency_s = _FIXED_S + cost.macs / rate
                points.append(
                    OperatingPoint(
                        cost.width,
                        placement,
                        clocks,
                        latency_s,
                        _DEVIATION_SHARE * latency_s,
                        accuracy=cost.accuracy,
                    )
                )
    return OperatingPointTable(points)


def _processor_of(
    placement: str, processors: Sequence[ProcessorObservation]
) -> ProcessorObservation | None:
    """Return the first processor of a placement; of bare cores, the one with the highest clock."""
    name = on_board(processors_of(placement)[0])
    for processor in processors:
        if processor.name == name:
            return processor
    kind = name.partition(':')[0]
    same = [item for item in processors if item.name.partition(':')[0] == kind]
    return max(same, key=lambda item: np.nan_to_num(item.maximum_mhz), default=None)


def _clock_settings(
    processor: ProcessorObservation | None, settable: Collection[str]
) -> list[tuple[tuple[tuple[str, float], ...], float]]:
    """Return the clocks to choose from, as settings and MHz."""
    if processor is None:
        return [((), _UNKNOWN_CLOCK_MHZ)]
    highest = processor.maximum_mhz if processor.maximum_mhz > 0 else _UNKNOWN_CLOCK_MHZ
    if processor.knob not in settable:
        return [((), highest)]
    steps = [step for step in processor.steps_mhz if math.isfinite(step) and step > 0]
    if not steps and 0 < processor.minimum_mhz < highest:
        steps = np.linspace(processor.minimum_mhz, highest, _MOST_CLOCKS).tolist()
    steps = sorted(set(steps)) or [highest]
    return [(((processor.knob, step),), step) for step in spread(steps, _MOST_CLOCKS)]
