# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents made from parameter tables: the tables of the README and `config/*.param.yaml`.

`python3 -m dyn_perception.nodes.parameter_document CHECKOUT` writes them.
"""

import argparse
import json
from pathlib import Path

from dyn_perception.nodes.common.parameter_table import (
    ParameterSpecification,
    Value,
    specifications,
)
from dyn_perception.nodes.image_source.settings import ImageSourceSettings
from dyn_perception.nodes.manager.settings import ManagerSettings
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.resource_monitor.settings import ResourceMonitorSettings
from dyn_perception.nodes.simulated_board.settings import SimulatedBoardSettings

TABLES: dict[str, type] = {
    'perception': PerceptionSettings,
    'image_source': ImageSourceSettings,
    'resource_monitor': ResourceMonitorSettings,
    'manager': ManagerSettings,
    'simulated_board': SimulatedBoardSettings,
}

_HEADINGS = ('Parameter', 'Type', 'Unit', 'Default', 'Range', 'Set at', 'What it is')


def markdown_table(table: type) -> str:
    """Return the table for the README, one row a parameter."""
    rows = [_HEADINGS, ('---',) * len(_HEADINGS)]
    for specification in specifications(table).values():
        rows.append(
            (
                f'`{specification.name}`',
                specification.type_name,
                specification.unit or '–',
                _default_text(specification, code=True),
                specification.range_text.replace('...', '…') or '–',
                _set_at(specification),
                _description(specification),
            )
        )
    return '\n'.join(f'| {" | ".join(cells)} |' for cells in rows) + '\n'


def yaml_document(node: str, table: type) -> str:
    """Return a parameter file with every default, for a node of any name."""
    lines = [
        '# Copyright 2026 dyn_perception contributors',
        '# SPDX-License-Identifier: Apache-2.0',
        f'# Parameters of the {node} node with their defaults. Made from the table of the node by',
        '# python3 -m dyn_perception.nodes.parameter_document CHECKOUT',
        '/**:',
        '  ros__parameters:',
    ]
    for specification in specifications(table).values():
        facts = [specification.unit, specification.range_text]
        facts.append('fixed' if specification.fixed else _set_at(specification))
        lines.append(f'    # {_description(specification)} ({"; ".join(filter(None, facts))})')
        setting = f'{specification.name}: {_default_text(specification)}'
        lines.append(f'    {"# " * (specification.default is None)}{setting}')
    return '\n'.join(lines) + '\n'


def _set_at(specification: ParameterSpecification) -> str:
    if specification.reported:
        return 'by the node'
    return 'start' if specification.fixed else 'run time'


def _default_text(specification: ParameterSpecification, *, code: bool = False) -> str:
    if specification.default is None:
        return specification.default_text
    text = _yaml_value(specification.default)
    return f'`{text}`' if code else text


def _yaml_value(value: Value) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _description(specification: ParameterSpecification) -> str:
    constraint = specification.constraint
    return specification.description + (f' {constraint}.' if constraint else '')


def readme_with_tables(readme: str) -> str:
    """Return the README's text with the tables of today between its markers."""
    for node, table in TABLES.items():
        start, end = f'<!-- parameters: {node} -->', '<!-- end of parameters -->'
        if start in readme:
            before, _, after = readme.partition(start)
            _, _, rest = after.partition(end)
            readme = f'{before}{start}\n{markdown_table(table)}{end}{rest}'
    return readme


def main(arguments: list[str] | None = None) -> None:
    """Write the documents into a checkout."""
    parser = argparse.ArgumentParser(
        description='Write config/*.param.yaml and the README tables.'
    )
    parser.add_argument('checkout', type=Path, help='root folder of the repository')
    checkout = parser.parse_args(arguments).checkout
    for node, table in TABLES.items():
        (checkout / 'config' / f'{node}.param.yaml').write_text(yaml_document(node, table))
    readme = checkout / 'README.md'
    readme.write_text(readme_with_tables(readme.read_text()))


if __name__ == '__main__':
    main()
