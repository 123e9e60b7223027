# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a part of the benchmark measured: one JSON object, and a table for people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmark.figure import Figure, Value, check_value, format_value
from benchmark.machine import describe_commit, describe_machine

_RESERVED = ('part', 'machine', 'commit', 'failed')
_MET = {True: 'met', False: 'not met', None: '–'}
_HEADINGS = ('key', 'what', 'measured', 'wanted', '')


class Report:
    """Collects the figures of one part."""

    def __init__(self, part: str, figures: Sequence[Figure]) -> None:
        """Start empty.

        Args:
            part: name of the part, and of the file.
            figures: documented keys, in the order of the table.
        """
        self.part = part
        self.failed: dict[str, str] = {}
        self._figures = {figure.key: figure for figure in figures}
        self._values: dict[str, Value] = {}
        self._machine = describe_machine()

    def add(self, values: Mapping[str, Value]) -> None:
        """Add values; keys that are not documented are comparisons beside the figures.

        Raises:
            ValueError: if a key is taken or a value is not made of finite numbers.
        """
        for key, value in values.items():
            if key in self._values or key in _RESERVED:
                raise ValueError(f'key {key!r} is given twice: use another')
            check_value(value, key)
            self._values[key] = value

    def fail(self, measurement: str, reason: str) -> None:
        """Note that a measurement gave no values."""
        self.failed[measurement] = reason

    def content(self) -> dict[str, Any]:
        """Return the JSON object."""
        documented = [key for key in self._figures if key in self._values]
        others = [key for key in self._values if key not in self._figures]
        return {
            'part': self.part,
            **{key: self._values[key] for key in (*documented, *others)},
            **({'failed': self.failed} if self.failed else {}),
            'machine': self._machine,
            'commit': describe_commit(),
        }

    def write(self, folder: Path) -> Path:
        """Write `<part>.json`, and the table as `<part>.md`; return the path of the former."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f'{self.part}.json'
        content = json.dumps(self.content(), indent=2, ensure_ascii=False, allow_nan=False)
        path.write_text(content + '\n')
        path.with_suffix('.md').write_text(self.markdown())
        return path

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Return key, meaning, value, bounds and whether they are met, for each figure."""
        rows = []
        for figure in self._figures.values():
            if figure.key in self._values:
                value = self._values[figure.key]
                text, met = format_value(value, figure.digits), _MET[figure.is_met(value)]
            else:
                text, met = 'not measured', _MET[None]
            rows.append((figure.key, figure.meaning, text, figure.wanted, met))
        return rows

    def markdown(self) -> str:
        """Return the table in Markdown."""
        lines = [_HEADINGS, ('---',) * len(_HEADINGS)]
        lines += [(f'`{key}`', *others) for key, *others in self.rows()]
        return ''.join(f'| {" | ".join(line)} |'.replace('\n', '<br>') + '\n' for line in lines)

    def print(self, console: Console) -> None:
        """Print the table."""
        table = Table(title=f'benchmark: {self.part}', title_justify='left', show_lines=True)
        for heading in ('key', 'measured', 'wanted', ''):
            table.add_column(heading, no_wrap=heading == 'key', overflow='fold')
        for key, _, *cells in self.rows():
            table.add_row(key, *cells, style='bold red' if cells[-1] == _MET[False] else '')
        console.print(table)
        for measurement, reason in self.failed.items():
            console.print(f'[bold red]failed[/]: {measurement}: {reason}')
