# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How other programs slow the network down on a simulated board."""

import math

from dyn_perception.simulation.board_model import BoardModel


def slowdown_by_others(board: BoardModel, share: float, exponent: float) -> float:
    """Return how many times as long work takes while others take a share of the processor.

    Args:
        board: its law is `BoardModel.slowdown`, for so many programs as take the share at least.
        share: 0 to below 1.
        exponent: the law is raised to it, see `Deviation`.
    """
    if share <= 0.0:
        return 1.0
    programs = max(1, math.ceil(share / (1.0 - share) - 1e-9))
    return float(board.slowdown(share, programs) ** exponent)
