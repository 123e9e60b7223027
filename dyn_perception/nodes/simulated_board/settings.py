# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the simulated_board node."""

from dataclasses import dataclass

from dyn_perception.nodes.common.parameter_table import parameter


@dataclass(frozen=True)
class SimulatedBoardSettings:
    """Parameters of the simulated_board node."""

    board: str = parameter(
        'jetson_nano',
        'Name of a shipped board (jetson_nano, jetson_xavier_nx, jetson_orin_nano, odroid_xu3), '
        'or path of a board description.',
        fixed=True,
    )
    root: str = parameter(
        '',
        'Folder that the node keeps the files of the board in, and removes at its end: one that '
        'does not exist yet or is empty. Empty: /tmp/dyn_perception_<board>.',
        fixed=True,
    )
    ambient_c: float = parameter(
        25.0,
        'Temperature of the room around the board.',
        unit='°C',
        minimum=-40,
        maximum=85,
        fixed=True,
    )
