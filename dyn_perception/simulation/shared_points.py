# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points whose frames two processors of a simulated board share."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from dyn_perception.control.operating_point import OperatingPoint
from dyn_perception.control.processor_names import clock_knob, join_processors
from dyn_perception.control.spreading import spread
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.network_choice import SimulatedNetwork

_CLOCKS = 4  # of each processor: all pairs of all steps are more than anybody could measure
_WORTH_IT = 0.98
_INSTANT_S = 1e-9


def useful_pairs(
    network: SimulatedNetwork, placements: Sequence[str], clocks_mhz: Mapping[str, float]
) -> tuple[tuple[str, str], ...]:
    """Return the pairs that run the highest width faster than the faster one of them does alone.

    A GPU beside a CPU that is many times slower gets every group, whoever helps.

    Args:
        network: what runs.
        placements: processors, the fastest first.
        clocks_mhz: clock of each.
    """
    widest = network.workload.groups
    pairs = []
    for pair in combinations(placements, 2):
        alone_s = network.latency_s(pair[0], clocks_mhz[pair[0]], widest)
        shared = network.shared({name: clocks_mhz[name] for name in pair}, widest)
        if shared.latency_s < _WORTH_IT * alone_s:
            pairs.append(pair)
    return tuple(pairs)


def shared_points(
    model: BoardModel,
    network: SimulatedNetwork,
    intensity: Mapping[str, float],
    pair: tuple[str, str],
    deviation_share: float,
) -> Iterator[OperatingPoint]:
    """Yield width x clocks of a pair; the clocks of other processors are left free.

    Args:
        model: a copy of the board, whose limits are changed.
        network: what it runs.
        intensity: dynamic power of work on each processor as a share of its full one.
        pair: the processors.
        deviation_share: standard deviation of a frame's time, as a share of it.
    """
    knobs = tuple(clock_knob(name) for name in pair)
    for clocks in product(*(_some_steps(model, knob) for knob in knobs)):
        limits = dict(zip(knobs, clocks, strict=True))
        for knob, step_mhz in limits.items():
            model.set_limit(knob, step_mhz)
        model.step(_INSTANT_S, {})
        for width in range(1, network.workload.groups + 1):
            shared = network.shared(dict(zip(pair, clocks, strict=True)), width)
            busy = network.busy(shared.shares)
            model.settle(busy, intensity)
            model.step(_INSTANT_S, busy, intensity)
            busy_w = model.total_power_w
            model.step(_INSTANT_S, {})
            yield OperatingPoint(
                width,
                join_processors(pair),
                tuple(limits.items()),
                shared.latency_s,
                deviation_share * shared.latency_s,
                model.total_power_w,
                busy_w,
                network.accuracies[width - 1],
            )


def _some_steps(model: BoardModel, knob: str) -> list[float]:
    """Return a few clocks spread over what the power mode allows, the lowest first (MHz)."""
    highest_mhz = model.limits[knob]
    steps = [step for step in model.steps_mhz(knob) if step <= highest_mhz]
    return spread(steps, _CLOCKS)
