# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board with a network on it: the profile, and what the shares of a scenario are shares of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dyn_perception.control.operating_point import OperatingPoint
from dyn_perception.control.operating_point_table import OperatingPointTable
from dyn_perception.control.processor_names import clock_knob
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.network_choice import PUBLISHED, SimulatedNetwork, choose_network
from dyn_perception.simulation.shared_points import shared_points, useful_pairs
from dyn_perception.simulation.variation import Variation

# Standard deviation of one frame's time; of the Jetsons' GPUs 4 %, of whole frames on CPUs about
# 5 % (look-up tables and logs of Dynamic-OFA).
LATENCY_NOISE = 0.05
# So short a step changes no temperature: it shows the power at the present one.
_INSTANT_S = 1e-9


@dataclass(frozen=True)
class Setting:
    """What a run starts from.

    Attributes:
        description: the board; new clocks count at once, the plant has a delay of its own.
        network: what it runs.
        table: the profile that all policies get: the board as described, nothing else running.
        placements: of the network, the fastest at full clocks first.
        pairs: of those that may share the groups of a frame.
        full_fps: rate of the highest width at full clocks on the fastest placement.
        idle_power_w: of the idle board.
        full_power_w: of the board while the fastest placement works at full clocks.
        intensity: dynamic power of work on each processor as a share of its full one; other
            programs are taken to draw as the network does.
    """

    description: BoardDescription
    network: SimulatedNetwork
    table: OperatingPointTable
    placements: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    full_fps: float
    idle_power_w: float
    full_power_w: float
    intensity: dict[str, float]


def make_setting(board: str, network: str = PUBLISHED, *, split: bool = False) -> Setting:
    """Put a network on a board.

    Args:
        board: name or file of a board description.
        network: see `choose_network`.
        split: whether the table also has points whose frames two processors share.

    Raises:
        SimulationError: one of them is unknown or broken.
    """
    description = load_board_description(board).model_copy(update={'clock_delay_s': 0.0})
    model = BoardModel(description)
    clocks = {processor: model.clock_mhz(processor) for processor in model.processors}
    chosen = choose_network(description, network, clocks)
    workload = chosen.workload
    intensity = {name: workload.law(name).intensity for name in workload.processors}
    widest = workload.groups
    placements = fastest_first(chosen, clocks)
    fastest = placements[0]
    pairs = useful_pairs(chosen, placements, clocks) if split else ()
    idle_w = model.total_power_w
    model.settle(workload.busy(fastest), intensity)
    model.step(_INSTANT_S, workload.busy(fastest), intensity)
    return Setting(
        description,
        chosen,
        make_table(description, chosen, intensity, pairs=pairs),
        placements,
        pairs,
        1.0 / chosen.latency_s(fastest, clocks[fastest], widest),
        idle_w,
        model.total_power_w,
        intensity,
    )


def fastest_first(network: SimulatedNetwork, clocks_mhz: Mapping[str, float]) -> tuple[str, ...]:
    """Return the processors by their time of the highest width at these clocks."""
    workload = network.workload

    def time_s(name: str) -> float:
        return network.latency_s(name, clocks_mhz[name], workload.groups)

    return tuple(sorted(workload.processors, key=time_s))


def full_temperature_c(setting: Setting, variation: Variation) -> tuple[float, float]:
    """Return a copy's room, and its hottest zone after long work without a break at full clocks.

    The work is that of the highest width on the fastest placement; degrees Celsius.
    """
    model = BoardModel(setting.description, variation=variation)
    model.settle(setting.network.workload.busy(setting.placements[0]), setting.intensity)
    room_c = setting.description.heat.model.ambient_c + variation.ambient_k
    return room_c, model.hottest_c


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
