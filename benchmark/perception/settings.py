# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every measurement of the part is given."""

from dataclasses import dataclass
from pathlib import Path

from dyn_perception.network.bundle import Bundle, load_bundle


@dataclass(frozen=True)
class Settings:
    """Inputs of the measurements.

    Attributes:
        data: folder of CIFAR-10.
        models: folder with a bundle of each architecture, by name.
        scratch: folder for files that are thrown away.
    """

    data: Path
    models: Path
    scratch: Path

    def bundle(self, architecture: str) -> Bundle:
        """Open the bundle of an architecture."""
        return load_bundle(self.models / architecture)
