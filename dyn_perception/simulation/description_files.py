# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading the YAML files that describe boards and scenarios, shipped or anybody's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from dyn_perception.share import ShareError, config_path
from dyn_perception.simulation.errors import SimulationError

MAXIMUM_BYTES = 256 * 1024
Model = TypeVar('Model', bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Plain data without aliases: one that is repeated can stand for more than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError('it has an alias: write the values out')
        return super().compose_node(parent, index)


@dataclass(frozen=True)
class DescriptionFiles(Generic[Model]):
    """The files of one kind.

    Attributes:
        kind: what a file describes, for messages.
        folder: below config/, where the shipped ones are.
        example: name of one that is shipped.
        document: that describes the format.
        model: the rules of the format.
    """

    kind: str
    folder: str
    example: str
    document: str
    model: type[Model]

    def names(self) -> tuple[str, ...]:
        """Return the names of the shipped files.

        Raises:
            SimulationError: if the package's files are not installed.
        """
        try:
            folder = config_path(f'{self.folder}/{self.example}.yaml').parent
        except ShareError as error:
            raise SimulationError(str(error)) from error
        return tuple(sorted(path.stem for path in folder.glob('*.yaml')))

    def load(self, name_or_path: str | Path) -> Model:
        """Read a shipped file, by its name, or any other, by its path.

        Raises:
            SimulationError: if there is none, or it breaks a rule of the format.
        """
        path = Path(name_or_path)
        try:
            if path.suffix != '.yaml' and path.name == str(name_or_path):
                names = self.names()
                if path.name not in names:
                    raise SimulationError(
                        f'{self.kind} {path.name!r} is unknown: choose of {", ".join(names)}, or '
                        f'name a file, for example ./{self.kind}.yaml'
                    )
                path = config_path(f'{self.folder}/{path.name}.yaml')
            with path.expanduser().open('rb') as file:
                content = file.read(MAXIMUM_BYTES + 1)
        except (OSError, RuntimeError, ValueError) as error:
            raise SimulationError(
                f'{self.kind} {str(name_or_path)!r} cannot be read ({error}): give a readable file'
            ) from error
        return self.parse(content, str(path))

    def parse(self, content: bytes | str, origin: str) -> Model:
        """Check the YAML text of a file.

        Args:
            content: the text.
            origin: where it comes from, for messages.

        Raises:
            SimulationError: if it is too large, no YAML, or breaks a rule of the format.
        """
        hint = f'config/{self.folder}/ of the package has examples, {self.document} describes '
        hint += 'the format'
        if len(content) > MAXIMUM_BYTES:
            raise SimulationError(f'{origin} is larger than {MAXIMUM_BYTES} bytes: {hint}')
        try:
            loader = _Loader(content)
            try:
                data = loader.get_single_data()
            finally:
                loader.dispose()
        except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
            reason = ' '.join(str(error).split())
            raise SimulationError(f'{origin} is no valid YAML ({reason}): {hint}') from error
        try:
            return self.model.model_validate(data)
        except ValidationError as error:
            rules = '; '.join(
                f'{".".join(map(str, item["loc"])) or self.kind}: {item["msg"]}'
                for item in error.errors()[:5]
            )
            raise SimulationError(f'{origin} breaks the format: {rules}; {hint}') from error
