# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What runs a network: this machine, or a simulated board that it stands in for."""

from typing import Protocol

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.placement import Placement


class Platform(Protocol):
    """Finds the placements of one network and creates its engines there.

    `ThisMachine` is one, `SimulatedPlatform` of the simulation another.
    """

    def placements(self) -> tuple[str, ...]:
        """Return the placements on one processor each that are offered now."""
        ...

    def place(self, name: str) -> Placement:
        """Return what a placement stands for now.

        Raises:
            PlacementError: if it is not offered, which the text then lists what is, or if it has
                more processors than the network has groups.
        """
        ...

    def create(self, placement: Placement) -> Engine:
        """Load the network into an engine that runs there.

        Raises:
            BundleError: if a file of the bundle was changed.
            EngineError: if the network cannot be loaded.
        """
        ...
