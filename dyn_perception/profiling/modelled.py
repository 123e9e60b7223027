# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points of a simulated board: by its description, nothing is measured."""

from dyn_perception.control.operating_points import OperatingPointTable
from dyn_perception.network.manifest import Manifest
from dyn_perception.profiling.errors import ProfileError
from dyn_perception.simulation.board_files import board_names, load_board_description
from dyn_perception.simulation.board_model import BoardModel
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.network import SimulatedNetwork
from dyn_perception.simulation.operating_points import fastest_first, make_table, useful_pairs
from dyn_perception.simulation.workload import workload_by_macs


def is_board(name: str) -> bool:
    """Whether a name is that of a shipped simulated board."""
    try:
        return name in board_names()
    except SimulationError:
        return False


def modelled_table(board: str, manifest: Manifest, regions: int) -> OperatingPointTable:
    """Return the operating points of a network on a simulated board.

    Args:
        board: name of its description.
        manifest: of the network.
        regions: that a frame is cut into; they are classified as one batch.

    Raises:
        ProfileError: if the description cannot be used.
    """
    widths = range(1, manifest.groups + 1)
    accuracies = tuple(manifest.expected_accuracy(width) for width in widths)
    try:
        description = load_board_description(board)
        workload = workload_by_macs(
            description, manifest.group_macs, batch=regions, name=manifest.name
        )
        network = SimulatedNetwork(manifest.name, accuracies, regions, workload, 1)
        intensity = {name: workload.law(name).intensity for name in workload.processors}
        model = BoardModel(description)
        clocks_mhz = {name: model.clock_mhz(name) for name in workload.processors}
        pairs = useful_pairs(network, fastest_first(network, clocks_mhz), clocks_mhz)
        return make_table(description, network, intensity, pairs=pairs)
    except SimulationError as error:
        raise ProfileError(f'profile {board!r} cannot be modelled: {error}') from error
