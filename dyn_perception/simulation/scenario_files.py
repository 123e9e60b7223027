# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a scenario from its YAML file."""

from pathlib import Path

from dyn_perception.simulation.description_files import DescriptionFiles
from dyn_perception.simulation.scenario import Scenario

_FILES = DescriptionFiles('scenario', 'scenarios', 'steady', 'doc/manager.md', Scenario)


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios.

    Raises:
        SimulationError: if the package's files are not installed.
    """
    return _FILES.names()


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a shipped scenario, by its name, or any other, by the path of its file.

    Raises:
        SimulationError: if there is none, or it breaks a rule of the format.
    """
    return _FILES.load(name_or_path)


def parse_scenario(content: bytes | str, origin: str) -> Scenario:
    """Check the YAML text of a scenario.

    Args:
        content: the text.
        origin: where it comes from, for messages.

    Raises:
        SimulationError: if it is too large, no YAML, or breaks a rule of the format.
    """
    return _FILES.parse(content, origin)
