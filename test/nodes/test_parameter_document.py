# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents say what the tables say."""

from pathlib import Path

import pytest
import yaml

from dyn_perception.nodes.parameter_document import TABLES, main, markdown_table, yaml_document
from dyn_perception.nodes.parameter_table import specifications

REPOSITORY = Path(__file__).parents[2]

nodes = pytest.mark.parametrize('node', sorted(TABLES))


@nodes
def test_parameter_file_is_that_of_the_table(node: str) -> None:
    path = REPOSITORY / 'config' / f'{node}.param.yaml'
    remedy = f'python3 -m dyn_perception.nodes.parameter_document {node} yaml > {path}'
    assert path.read_text() == yaml_document(node, TABLES[node]), remedy


@nodes
def test_parameter_file_holds_the_defaults(node: str) -> None:
    table = TABLES[node]
    values = yaml.safe_load(yaml_document(node, table))['/**']['ros__parameters']
    known = {row.name: row for row in specifications(table).values() if row.default is not None}
    assert {name: known[name].check(value) for name, value in values.items()} == {
        name: row.default for name, row in known.items()
    }


@nodes
def test_defaults_keep_the_rules(node: str) -> None:
    for specification in specifications(TABLES[node]).values():
        if specification.default is None:
            assert specification.default_text
        else:
            specification.check(specification.default)


@nodes
def test_readme_has_the_table(node: str) -> None:
    readme = REPOSITORY / 'README.md'
    marker = f'<!-- parameters: {node} -->'
    if not readme.exists() or marker not in readme.read_text():
        pytest.skip(f'README.md has no {marker} yet')
    after = readme.read_text().split(marker, maxsplit=1)[1]
    remedy = f'python3 -m dyn_perception.nodes.parameter_document {node} markdown'
    assert after.lstrip().startswith(markdown_table(TABLES[node])), remedy


@nodes
def test_markdown_has_a_row_for_each_parameter(node: str) -> None:
    rows = markdown_table(TABLES[node]).splitlines()[2:]
    assert [row.split('`')[1] for row in rows] == list(specifications(TABLES[node]))
    assert len({row.count(' | ') for row in rows}) == 1


def test_command_prints_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    main(['perception', 'yaml'])
    assert capsys.readouterr().out == yaml_document('perception', TABLES['perception'])
    main(['perception', 'markdown'])
    assert capsys.readouterr().out == markdown_table(TABLES['perception'])
