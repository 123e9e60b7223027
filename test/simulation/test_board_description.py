# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.simulation.board_description import BoardDescription
from dyn_perception.simulation.board_files import (
    board_names,
    load_board_description,
    parse_board_description,
)
from dyn_perception.simulation.board_state_file import description_text
from dyn_perception.simulation.description_files import MAXIMUM_BYTES
from dyn_perception.simulation.errors import SimulationError

FOLDER = Path(__file__).resolve().parents[2] / 'config' / 'boards'
FILES = sorted(FOLDER.glob('*.yaml'))
DATA = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
NANO = DATA['jetson_nano']

# Texts of the format, not figures.
NO_FIGURES = {'name', 'model', 'layout', 'compatible', 'form', 'action', 'total', 'number'}


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in nested data."""
    yield path
    if isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from places(value, (*path, key))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value, or none, at a path."""
    if not path:
        return value
    data = copy.deepcopy(data)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return data


PLACES = [path for path in places(NANO) if 'source' not in path]


def test_boards_of_the_issue_are_shipped() -> None:
    wanted = {'jetson_nano', 'jetson_xavier_nx', 'jetson_orin_nano', 'odroid_xu3'}
    assert wanted <= set(board_names())
    for name in wanted:
        assert load_board_description(name).name == name


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_every_figure_stands_in_a_block_with_a_source(path: Path) -> None:
    data = yaml.safe_load(path.read_text())
    for place in places(data):
        if 'source' in place or not place or place[-1] in NO_FIGURES:
            continue
        inner = data
        blocks = [inner]
        for key in place:
            inner = inner[key]
            blocks.append(inner)
        if isinstance(inner, int | float):
            # The block itself, or the one around a list or table of figures.
            nearest = [block for block in blocks[:-1] if isinstance(block, dict)][-2:]
            assert any('source' in block for block in nearest), place
    assert path.read_text().count('assumption: ') > 0  # nobody published all of a board


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_description_survives_its_way_into_the_tree(path: Path) -> None:
    description = load_board_description(path)
    assert parse_board_description(description_text(description), 'tree') == description


def test_a_block_without_source_is_refused() -> None:
    for path in places(NANO):
        if path and path[-1] == 'source':
            with pytest.raises(SimulationError, match='source'):
                parse_board_description(yaml.safe_dump(changed(NANO, path, ...)), 'board')


@pytest.mark.parametrize('line', ['because I say so', 'source:', 'Assumption: x', ''])
def test_a_source_says_of_what_kind_it_is(line: str) -> None:
    data = changed(NANO, ('heat', 'source'), [line])
    with pytest.raises(SimulationError, match=r'heat\.source'):
        parse_board_description(yaml.safe_dump(data), 'board')


@pytest.mark.parametrize(
    ('path', 'value', 'rule'),
    [
        (('processors', 'gpu', 'steps_mhz'), [300, 200], 'must ascend'),
        (('processors', 'gpu', 'steps_mhz'), [], 'steps_mhz'),
        (('processors', 'gpu', 'idle_w'), float('nan'), 'idle_w'),
        (('processors', 'gpu', 'idle_w'), -1, 'idle_w'),
        (('processors', 'gpu', 'cores'), [7], 'a gpu has none'),
        (('processors', 'cpu:a57', 'cores'), [], 'a cpu has cores'),
        (('processors', 'cpu:a57', 'power', 'voltages_v'), [1.0], 'one voltage for each'),
        (('processors', 'cpu:a57', 'policies'), [[0], [1]], 'each of cores once'),
        (('rails', 'POM_5V_GPU', 'parts'), ['tpu'], 'the board has'),
        (('rates', 'gpu', 'macs_per_cycle'), 0, 'macs_per_cycle'),
        (('rates', 'gpu', 'also'), {'cpu:a72': 0.1}, 'the board has'),
        (('heat', 'trips', 0, 'clocks_mhz'), {'cpu:a72': 100}, 'the board has'),
        (('layout',), 'raspberry', 'layout'),
        (('colour',), 'green', 'colour'),
    ],
)
def test_broken_rules_are_named(path: tuple[Any, ...], value: Any, rule: str) -> None:
    with pytest.raises(SimulationError, match=rule):
        parse_board_description(yaml.safe_dump(changed(NANO, path, value)), 'board')


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(PLACES),
    st.none()
    | st.just(...)
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.lists(st.integers(-5, 5), max_size=4)
    | st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
)
def test_any_other_value_is_taken_or_refused(path: tuple[Any, ...], value: Any) -> None:
    if not path and value is ...:
        return
    try:
        text = yaml.safe_dump(changed(NANO, path, value), allow_unicode=True)
        board = parse_board_description(text, 'board')
    except SimulationError:
        return
    assert isinstance(board, BoardDescription)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_any_content_is_refused_with_its_origin(content: bytes) -> None:
    with pytest.raises(SimulationError, match='this file'):
        parse_board_description(content, 'this file')


def test_content_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    levels = ''.join(f'a{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 9)}]\n' for n in range(1, 12))
    with pytest.raises(SimulationError, match='alias'):
        parse_board_description(f'a0: &a0 [1]\n{levels}', 'bomb')
    large = tmp_path / 'large.yaml'
    large.write_text('#' * (MAXIMUM_BYTES + 1))
    with pytest.raises(SimulationError, match='larger than'):
        load_board_description(large)
    with pytest.raises(SimulationError, match='no valid YAML'):
        parse_board_description('[' * 5000, 'deep')


def test_files_that_are_not_there_or_not_files(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r'choose of .*jetson_nano'):
        load_board_description('jetson_nona')
    for path in (tmp_path / 'nothing.yaml', tmp_path, Path('bad\0name.yaml')):
        with pytest.raises(SimulationError, match='cannot be read'):
            load_board_description(path)
