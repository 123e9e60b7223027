# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The operating points of a simulated board: by its description, nothing is measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.spreading import spread
from dyn_perception.processors.names import clock_knob, join_processors
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.network import SimulatedNetwork
from dyn_perception.simulation.variation import Variation

LATENCY_NOISE = 0.05
_INSTANT_S = 1e-9
_CLOCKS = 4  # of each processor: all pairs of all steps are more than anybody could measure
_WORTH_IT = 0.98


def fastest_first(network: SimulatedNetwork, clocks_mhz: Mapping[str, float]) -> tuple[str, ...]:
    """Return the processors by their time of the highest width at these clocks."""
    workload = network.workload

    def time_s(name: str) -> float:
        return network.latency_s(name, clocks_mhz[name], workload.groups)

    return tuple(sorted(workload.processors, key=time_s))


def make_table(
    description: BoardDescription,
    network: SimulatedNetwork,
    intensity: dict[str, float],
    variation: Variation | None = None,
    pairs: Iterable[tuple[str, str]] = (),
) -> OperatingPointTable:
    """Return all operating points of a copy of the board: width x placement x its clock.

    The clocks of other processors are left free. Power is that of the board when it is as warm as
    the work at this clock, without a break, makes it.

    Args:
        description: the board.
        network: what it runs.
        intensity: see `Setting`.
        variation: how the copy differs; None: not at all.
        pairs: processors that may share the groups of a frame.
    """
    points: list[OperatingPoint] = []
    for processor in network.workload.processors:
        knob = clock_knob(processor)
        model = BoardModel(description, variation=variation)
        highest_mhz = model.limits[knob]
        busy = network.workload.busy(processor)
        for step_mhz in model.steps_mhz(knob):
            if step_mhz > highest_mhz:
                continue  # the power mode does not allow it
            model.set_limit(knob, step_mhz)
            model.step(_INSTANT_S, {})
            model.settle(busy, intensity)
            model.step(_INSTANT_S, busy, intensity)
            busy_w = model.total_power_w
            model.step(_INSTANT_S, {})
            idle_w = model.total_power_w
            for width in range(1, network.workload.groups + 1):
                latency_s = network.latency_s(processor, step_mhz, width)
                points.append(
                    OperatingPoint(
                        width,
                        processor,
                        ((knob, step_mhz),),
                        latency_s,
                        LATENCY_NOISE * latency_s,
                        idle_w,
                        busy_w,
                        network.accuracies[width - 1],
                    )
                )
    for pair in pairs:
        model = BoardModel(description, variation=variation)
        points += shared_points(model, network, intensity, pair, LATENCY_NOISE)
    return OperatingPointTable(points)


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
