# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points and tables of them: what is taken, what is refused, and round trips."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_points import (
    MOST_POINTS,
    OperatingPoint,
    OperatingPointTable,
)
from dyn_perception.control.policy import Goals

NAMES = st.text(min_size=1, max_size=20)
POSITIVE = st.floats(1e-6, 1e6)
POINTS = st.builds(
    OperatingPoint,
    width=st.integers(1, 64),
    placement=NAMES,
    clocks=st.dictionaries(NAMES, POSITIVE, max_size=3).map(lambda d: tuple(d.items())),
    latency_s=POSITIVE,
    latency_deviation_s=st.floats(0, 1e3),
    idle_power_w=st.floats(0, 1e3) | st.just(math.nan),
    busy_power_w=st.floats(0, 1e3) | st.just(math.nan),
    accuracy=st.floats(0, 1) | st.just(math.nan),
)


@settings(deadline=None)
@given(POINTS)
def test_a_point_survives_plain_values(point: OperatingPoint) -> None:
    again = OperatingPoint.from_dict(point.to_dict())
    assert again.to_dict() == point.to_dict()
    assert again.settings == point.settings


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*OperatingPoint.__dataclass_fields__, 'more']),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2)
        | st.dictionaries(st.text(max_size=3), st.floats() | st.text(max_size=2), max_size=2),
    )
)
def test_rubbish_is_refused_in_words_or_is_a_valid_point(values: dict[str, Any]) -> None:
    try:
        point = OperatingPointTable.from_dicts([values]).points[0]
    except ControlError as error:
        assert str(error).startswith('row 1: ')
    else:
        assert point.width >= 1 and 0 < point.latency_s < math.inf


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'width': 0}, 'width 0 is not a whole number from 1'),
        ({'width': True}, 'width True'),
        ({'latency_s': math.nan}, 'latency_s nan is out of range: it must be above 0'),
        ({'accuracy': 83.0}, 'accuracy 83.0 is out of range: it must be at least 0 and at most 1'),
        ({'clocks': {'gpu': -1.0}}, 'clock gpu -1.0'),
        ({'placement': ''}, "placement ''"),
        ({'speed': 3}, "unknown keys ['speed']"),
    ],
)
def test_the_refusal_names_value_and_rule(change: dict[str, Any], message: str) -> None:
    values = {'width': 1, 'placement': 'gpu', 'latency_s': 0.01} | change
    with pytest.raises(ControlError) as caught:
        OperatingPointTable.from_dicts([values])
    assert message in str(caught.value)


def test_a_table_has_its_values_as_arrays() -> None:
    first = OperatingPoint(1, 'cpu:a57', (('cpu.a57', 1000.0),), 0.02, accuracy=0.6)
    second = OperatingPoint(2, 'gpu', (('gpu', 600.0),), 0.01, 0.001, 1.0, 3.0, 0.7)
    table = OperatingPointTable([first, second])
    assert table.placements == ('cpu:a57', 'gpu') and table.knobs == ('cpu.a57', 'gpu')
    np.testing.assert_array_equal(table.clock_mhz, [[1000.0, np.nan], [np.nan, 600.0]])
    np.testing.assert_array_equal(table.latency_s, [0.02, 0.01])
    assert table.index(OperatingPoint(2, 'gpu', (('gpu', 600.0),), 9.9)) == 1
    with pytest.raises(ControlError, match='not in the table of 2 points'):
        table.index(OperatingPoint(3, 'gpu', (('gpu', 600.0),), 0.01))


def test_a_table_is_neither_empty_nor_ambiguous_nor_endless() -> None:
    point = OperatingPoint(1, 'gpu', (), 0.01)
    with pytest.raises(ControlError, match='0 operating points'):
        OperatingPointTable([])
    with pytest.raises(ControlError, match='same width, placement and clocks'):
        OperatingPointTable([point, OperatingPoint(1, 'gpu', (), 0.02)])
    row = point.to_dict()
    with pytest.raises(ControlError, match=f'more than {MOST_POINTS}'):
        OperatingPointTable.from_dicts({**row, 'width': n + 1} for n in range(MOST_POINTS + 1))


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        ({'target_fps': 0}, 'target_fps 0'),
        ({'target_fps': math.nan}, 'target_fps nan'),
        ({'power_budget_w': -2.0}, 'power_budget_w -2.0'),
        ({'min_accuracy': 1.5}, 'min_accuracy 1.5'),
        ({'objective': 'speed'}, "objective 'speed' must be one of accuracy, energy"),
        ({'on_time_probability': 1.0}, 'on_time_probability 1.0'),
        (
            {'priority': ('power', 'accuracy')},
            "priority 'power, accuracy' must name each of temperature, frame_rate, power, ",
        ),
    ],
)
def test_goals_that_cannot_be_meant_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ControlError) as caught:
        Goals(**({'target_fps': 30.0} | values))
    assert message in str(caught.value)


def test_no_limit_may_be_given_as_nan() -> None:
    goals = Goals(25, power_budget_w=math.nan, max_temperature_c=math.nan)
    assert goals.power_budget_w == goals.max_temperature_c == math.inf
    assert goals.period_s == pytest.approx(0.04)
