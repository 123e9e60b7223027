# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a board description from its YAML file."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from dyn_perception.share import ShareError, config_path
from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.errors import SimulationError

MAXIMUM_BYTES = 256 * 1024
_HINT = 'config/boards/ of the package has examples, doc/boards.md describes the format'


class _Loader(yaml.SafeLoader):
    """Plain data without aliases: one that is repeated can stand for more than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError('it has an alias: write the values out')
        return super().compose_node(parent, index)


def board_names() -> tuple[str, ...]:
    """Return the names of the shipped boards.

    Raises:
        SimulationError: if the package's files are not installed.
    """
    try:
        folder = config_path('boards/jetson_nano.yaml').parent
    except ShareError as error:
        raise SimulationError(str(error)) from error
    return tuple(sorted(path.stem for path in folder.glob('*.yaml')))


def load_board_description(name_or_path: str | Path) -> BoardDescription:
    """Read a shipped board, by its name, or any other, by the path of its file.

    Raises:
        SimulationError: if there is none, or it breaks a rule of the format.
    """
    path = Path(name_or_path)
    try:
        if path.suffix != '.yaml' and path.name == str(name_or_path):
            names = board_names()
            if path.name not in names:
                raise SimulationError(
                    f'board {path.name!r} is unknown: choose of {", ".join(names)}, or name a '
                    'file, for example ./board.yaml'
                )
            path = config_path(f'boards/{path.name}.yaml')
        with path.expanduser().open('rb') as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        raise SimulationError(
            f'board {str(name_or_path)!r} cannot be read ({error}): give a readable file'
        ) from error
    return parse_board_description(content, str(path))


def parse_board_description(content: bytes | str, origin: str) -> BoardDescription:
    """Check the YAML text of a board description.

    Args:
        content: the text.
        origin: where it comes from, for messages.

    Raises:
        SimulationError: if it is too large, no YAML, or breaks a rule of the format.
    """
    if len(content) > MAXIMUM_BYTES:
        raise SimulationError(f'{origin} is larger than {MAXIMUM_BYTES} bytes: {_HINT}')
    try:
        loader = _Loader(content)
        try:
            data = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        reason = ' '.join(str(error).split())
        raise SimulationError(f'{origin} is no valid YAML ({reason}): {_HINT}') from error
    try:
        return BoardDescription.model_validate(data)
    except ValidationError as error:
        rules = '; '.join(
            f'{".".join(map(str, item["loc"])) or "board"}: {item["msg"]}'
            for item in error.errors()[:5]
        )
        raise SimulationError(f'{origin} breaks the format: {rules}; {_HINT}') from error
