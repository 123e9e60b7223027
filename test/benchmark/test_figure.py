# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
import pytest

from benchmark.figure import Figure, Value, check_value, format_value


@pytest.mark.parametrize(
    ('value', 'met'),
    [
        (1.15, True),
        (1.16, False),
        ([1.0, 1.15], True),
        ([1.0, 1.16], False),
        ({'resnet': [1.0], 'alexnet': [1.2]}, False),
        ({'resnet': [1.0], 'alexnet': [1.1]}, True),
    ],
)
def test_every_number_is_held_against_one_bound(value: Value, met: bool) -> None:
    assert Figure('key', '', at_most=1.15).is_met(value) is met


@pytest.mark.parametrize(
    ('value', 'met'),
    [
        ({'resnet': [0.9, 0.8], 'alexnet': [0.7]}, True),
        ({'resnet': [0.9, 0.79], 'alexnet': [0.7]}, False),
        ({'resnet': [0.9, 0.8], 'alexnet': [0.6]}, False),
        ({'resnet': [0.9, 0.8], 'other': [0.1]}, True),
    ],
)
def test_bounds_of_the_values_shape_hold_one_by_one(value: Value, met: bool) -> None:
    bounds = {'resnet': [0.9, 0.8], 'alexnet': [0.7]}
    assert Figure('key', '', at_least=bounds).is_met(value) is met


def test_equal_bounds_want_one_value() -> None:
    figure = Figure('key', '', at_least=1, at_most=1)
    assert [figure.is_met(value) for value in (0.99, 1.0, 1.01)] == [False, True, False]
    assert figure.wanted == '1.00'


def test_without_bounds_nothing_is_met_or_missed() -> None:
    figure = Figure('key', '')
    assert figure.is_met(3.0) is None
    assert figure.wanted == 'report'


def test_another_number_of_values_than_bounds_is_an_error() -> None:
    with pytest.raises(ValueError, match='2 values have 1 bounds'):
        Figure('key', '', at_least=[1.0]).is_met([1.0, 2.0])


@pytest.mark.parametrize(
    'value', [float('nan'), float('inf'), 'fast', None, True, [1.0, None], {'a': [float('nan')]}]
)
def test_only_finite_numbers_are_values(value: object) -> None:
    with pytest.raises(ValueError, match=r'^key'):
        check_value(value, 'key')


def test_values_as_text() -> None:
    assert format_value({'resnet': [1.0, 2.345], 'alexnet': 1000}) == (
        'resnet: 1.00 2.35\nalexnet: 1,000.00'
    )
