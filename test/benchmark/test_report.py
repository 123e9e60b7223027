# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path

import pytest

from benchmark.figure import Figure
from benchmark.report import Report

FIGURES = (
    Figure('quick', 'how quick', at_least=2.0),
    Figure('small', 'how small', at_most=1.0),
    Figure('shown', 'for information'),
)


def test_json_has_figures_comparisons_machine_and_commit(tmp_path: Path) -> None:
    report = Report('example', FIGURES)
    report.add({'quick_ms': [1, 2], 'small': 1.5})
    report.add({'quick': {'resnet': [3.0, 4.0]}})
    path = report.write(tmp_path / 'new' / 'folder')
    assert path.name == 'example.json'
    content = json.loads(path.read_text())
    assert content['quick'] == {'resnet': [3.0, 4.0]}
    assert content['small'] == 1.5
    assert content['quick_ms'] == [1, 2]
    assert content['machine']['cores'] >= 1
    assert isinstance(content['commit'], str)
    assert 'shown' not in content
    assert 'failed' not in content


def test_rows_say_what_is_met() -> None:
    report = Report('example', FIGURES)
    report.add({'small': 1.5, 'quick': [2.0, 3.0], 'other': 1.0})
    assert [(row[0], row[-1]) for row in report.rows()] == [
        ('quick', 'met'),
        ('small', 'not met'),
        ('shown', '–'),
    ]
    assert report.rows()[2][2] == 'not measured'


def test_markdown_has_one_line_a_figure() -> None:
    report = Report('example', FIGURES)
    report.add({'quick': {'resnet': 2.0, 'alexnet': 3.0}})
    lines = report.markdown().splitlines()
    assert lines[0] == '| key | what | measured | wanted |  |'
    assert lines[2] == '| `quick` | how quick | resnet: 2.00<br>alexnet: 3.00 | ≥ 2.00 | met |'
    assert len(lines) == 2 + len(FIGURES)


def test_failed_measurements_are_named(tmp_path: Path) -> None:
    report = Report('example', FIGURES)
    report.fail('memory', 'no room')
    assert json.loads(report.write(tmp_path).read_text())['failed'] == {'memory': 'no room'}


@pytest.mark.parametrize('key', ['small', 'machine', 'commit'])
def test_no_key_is_given_twice(key: str) -> None:
    report = Report('example', FIGURES)
    report.add({'small': 1.0})
    with pytest.raises(ValueError, match='given twice'):
        report.add({key: 1.0})
