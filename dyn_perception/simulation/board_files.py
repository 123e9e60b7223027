# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a board description from its YAML file."""

from pathlib import Path

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.description_files import DescriptionFiles

_FILES = DescriptionFiles('board', 'boards', 'jetson_nano', 'doc/boards.md', BoardDescription)


def board_names() -> tuple[str, ...]:
    """Return the names of the shipped boards.

    Raises:
        SimulationError: if the package's files are not installed.
    """
    return _FILES.names()


def load_board_description(name_or_path: str | Path) -> BoardDescription:
    """Read a shipped board, by its name, or any other, by the path of its file.

    Raises:
        SimulationError: if there is none, or it breaks a rule of the format.
    """
    return _FILES.load(name_or_path)


def parse_board_description(content: bytes | str, origin: str) -> BoardDescription:
    """Check the YAML text of a board description.

    Args:
        content: the text.
        origin: where it comes from, for messages.

    Raises:
        SimulationError: if it is too large, no YAML, or breaks a rule of the format.
    """
    return _FILES.parse(content, origin)
