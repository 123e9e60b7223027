# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What every measurement of the part is given."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Inputs of the measurements.

    Attributes:
        scratch: folder for files that are thrown away.
    """

    scratch: Path
