# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a scenario from its YAML file."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from dyn_perception.share import ShareError, config_path
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.simulation.scenario import Scenario

MAXIMUM_BYTES = 256 * 1024
_HINT = 'config/scenarios/ of the package has examples, doc/manager.md describes the format'


def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped scenarios.

    Raises:
        SimulationError: if the package's files are not installed.
    """
    try:
        folder = config_path('scenarios/steady.yaml').parent
    except ShareError as error:
        raise SimulationError(str(error)) from error
    return tuple(sorted(path.stem for path in folder.glob('*.yaml')))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Read a shipped scenario, by its name, or any other, by the path of its file.

    Raises:
        SimulationError: if there is none, or it breaks a rule of the format.
    """
    names = scenario_names()
    if str(name_or_path) in names:
        path = config_path(f'scenarios/{name_or_path}.yaml')
    else:
        path = Path(name_or_path).expanduser()
    try:
        if not path.is_file():
            raise SimulationError(
                f'scenario {str(name_or_path)!r} is neither a file nor shipped: '
                f'choose of {", ".join(names)}'
            )
        with path.open('rb') as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SimulationError(
            f'scenario {str(name_or_path)!r} cannot be read ({error}): give a readable file'
        ) from error
    return parse_scenario(content, str(path))


def parse_scenario(content: bytes | str, origin: str) -> Scenario:
    """Check the YAML text of a scenario.

    Args:
        content: the text.
        origin: where it comes from, for messages.

    Raises:
        SimulationError: if it is too large, no YAML, or breaks a rule of the format.
    """
    if len(content) > MAXIMUM_BYTES:
        raise SimulationError(f'{origin} is larger than {MAXIMUM_BYTES} bytes: {_HINT}')
    try:
        # An alias that is repeated can stand for more than any memory holds.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(content)):
            raise SimulationError(f'{origin} has a YAML alias: write the values out')
        data = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        reason = ' '.join(str(error).split())
        raise SimulationError(f'{origin} is no valid YAML ({reason}): {_HINT}') from error
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        rules = '; '.join(
            f'{".".join(map(str, item["loc"])) or "scenario"} = {item["input"]!r:.60}: '
            f'{item["msg"]}'
            for item in error.errors()[:5]
        )
        raise SimulationError(f'{origin} breaks the format: {rules}; {_HINT}') from error
