# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A board with a network on it: the profile, and what the shares of a scenario are shares of."""

from dataclasses import dataclass

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import load_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.network import SimulatedNetwork
from dyn_perception.simulation.operating_points import fastest_first, make_table, useful_pairs
from dyn_perception.simulation.variation import Variation
from dyn_perception.study.network_choice import PUBLISHED, choose_network

# Standard deviation of one frame's time; of the Jetsons' GPUs 4 %, of whole frames on CPUs about
# 5 % (look-up tables and logs of Dynamic-OFA).
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


def full_temperature_c(setting: Setting, variation: Variation) -> tuple[float, float]:
    """Return a copy's room, and its hottest zone after long work without a break at full clocks.

    The work is that of the highest width on the fastest placement; degrees Celsius.
    """
    model = BoardModel(setting.description, variation=variation)
    model.settle(setting.network.workload.busy(setting.placements[0]), setting.intensity)
    room_c = setting.description.heat.model.ambient_c + variation.ambient_k
    return room_c, model.hottest_c
