# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameter tables: what values they take, and how they refuse the others."""

import dataclasses
import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.nodes.common.parameter_table import ParameterError, parameter, specifications


@dataclass(frozen=True)
class Table:
    """One parameter of each type."""

    rate_hz: float = parameter(30.0, 'Rate.', unit='Hz', minimum=0.5, maximum=100)
    width: int = parameter(4, 'Groups.', minimum=1, maximum=4, constraint='the model has 4 groups')
    enabled: bool = parameter(True, 'On.')
    engine: str = parameter('onnx', 'Engine.', choices=('onnx', 'torch'))
    regions: tuple[int, int] = parameter((1, 1), 'Grid.', minimum=1, maximum=64)
    offset: float = parameter(0.0, 'Any number.')
    failure: str = parameter('', 'What failed.', reported=True)


SPECIFICATIONS = specifications(Table)


def refusal(name: str, value: object) -> str:
    with pytest.raises(ParameterError) as caught:
        SPECIFICATIONS[name].check(value)
    return str(caught.value)


@given(st.integers(1, 100))
def test_integer_is_taken_for_a_real_number(value: int) -> None:
    taken = SPECIFICATIONS['rate_hz'].check(value)
    assert type(taken) is float
    assert taken == value


@given(st.integers() | st.floats())
def test_real_number_is_in_range_or_refused(value: float) -> None:
    if 0.5 <= value <= 100:
        assert SPECIFICATIONS['rate_hz'].check(value) == value
    else:
        assert 'out of range 0.5...100 Hz' in refusal('rate_hz', value)


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_number_must_be_finite_even_without_range(value: float) -> None:
    assert 'finite' in refusal('offset', value)


def test_reason_names_value_rule_and_remedy() -> None:
    assert refusal('width', 5) == 'width 5 is out of range 1...4: the model has 4 groups'
    assert refusal('width', 'x') == "width 'x' is no integer: use an integer, 1...4"
    assert refusal('engine', 'gpu') == "engine 'gpu' is not known: use one of onnx, torch"
    assert refusal('rate_hz', 0.1) == (
        'rate_hz 0.1 is out of range 0.5...100 Hz: use a value within it'
    )
    assert refusal('regions', [1, 2, 3]) == (
        'regions [1, 2, 3] has 3 entries: use 2 integers, each 1...64'
    )
    assert refusal('regions', [1, 65]) == (
        'regions [1, 65] is out of range 1...64: use a value within it'
    )
    assert refusal('enabled', None) == 'enabled has no value: use a boolean'
    assert refusal('failure', 'mine') == (
        "failure 'mine' is for the node itself to report: set '' to clear it"
    )


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('width', 2.0),
        ('width', True),
        ('enabled', 1),
        ('engine', 3),
        ('regions', 'ab'),
        ('regions', [1.0, 2.0]),
        ('regions', 3),
        ('rate_hz', True),
    ],
)
def test_other_types_are_refused(name: str, value: object) -> None:
    assert repr(value) in refusal(name, value)


def test_list_becomes_a_tuple() -> None:
    assert SPECIFICATIONS['regions'].check([2, 3]) == (2, 3)


def test_defaults_pass_their_own_check() -> None:
    for specification in SPECIFICATIONS.values():
        assert specification.check(specification.default) == specification.default


def test_unknown_fact_is_an_error() -> None:
    @dataclass(frozen=True)
    class Wrong:
        rate_hz: float = parameter(1.0, 'Rate.', minimun=0)

    with pytest.raises(TypeError, match='minimun'):
        specifications(Wrong)


def test_rounding_at_the_ends_of_the_range_is_forgiven() -> None:
    row = dataclasses.replace(SPECIFICATIONS['rate_hz'], tolerance=1e-6)
    assert row.check(100.00005) == 100
    assert row.check(0.49999999) == 0.5
    with pytest.raises(ParameterError, match='out of range'):
        row.check(100.001)
