# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents say what the tables say."""

from pathlib import Path

import pytest
import yaml

from dyn_perception.nodes.common.parameter_table import specifications
from dyn_perception.nodes.parameter_document import (
    TABLES,
    main,
    markdown_table,
    readme_with_tables,
    yaml_document,
)

REPOSITORY = Path(__file__).parents[2]
REMEDY = 'python3 -m dyn_perception.nodes.parameter_document .'

nodes = pytest.mark.parametrize('node', sorted(TABLES))


@nodes
def test_parameter_file_is_that_of_the_table(node: str) -> None:
    path = REPOSITORY / 'config' / f'{node}.param.yaml'
    assert path.read_text() == yaml_document(node, TABLES[node]), REMEDY


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


def test_readme_has_the_tables() -> None:
    readme = (REPOSITORY / 'README.md').read_text()
    for node in TABLES:
        assert f'<!-- parameters: {node} -->' in readme
    assert readme == readme_with_tables(readme), REMEDY


@nodes
def test_markdown_has_a_row_for_each_parameter(node: str) -> None:
    rows = markdown_table(TABLES[node]).splitlines()[2:]
    assert [row.split('`')[1] for row in rows] == list(specifications(TABLES[node]))
    assert len({row.count(' | ') for row in rows}) == 1


def test_command_writes_the_documents(tmp_path: Path) -> None:
    (tmp_path / 'config').mkdir()
    (tmp_path / 'README.md').write_text(
        'before\n<!-- parameters: perception -->\nold\n<!-- end of parameters -->\nafter\n'
    )
    main([str(tmp_path)])
    assert (tmp_path / 'README.md').read_text() == (
        'before\n<!-- parameters: perception -->\n'
        + markdown_table(TABLES['perception'])
        + '<!-- end of parameters -->\nafter\n'
    )
    for node, table in TABLES.items():
        path = tmp_path / 'config' / f'{node}.param.yaml'
        assert path.read_text() == yaml_document(node, table)
