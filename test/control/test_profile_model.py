# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The table between its clocks, under caps, and without power or accuracy."""

import numpy as np
import pytest

from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.profile_model import ProfileModel
from support.tiny_plant import CLOCKS, busy_w, latency_s, make_table


def test_a_listed_setting_is_found_also_as_float32() -> None:
    model = ProfileModel(make_table())
    for row, point in enumerate(model.table.points):
        clocks = {knob: float(np.float32(mhz)) for knob, mhz in point.clocks}
        assert model.locate(point.width, point.placement, clocks) == (row, point.latency_s)


def test_latency_between_listed_clocks_follows_fixed_time_plus_work() -> None:
    model = ProfileModel(make_table())
    for clock in (350.0, 700.0, 1150.0):
        found = model.locate(3, 'gpu', {'gpu': clock})
        assert found is not None and found[1] == pytest.approx(latency_s(3, 'gpu', clock))
    below = model.locate(3, 'gpu', {'gpu': 150.0})
    assert below is not None and below[1] == pytest.approx(2 * latency_s(3, 'gpu', 300.0))


def test_a_free_clock_is_the_highest_and_the_unknown_is_none() -> None:
    model = ProfileModel(make_table())
    found = model.locate(2, 'gpu', {})
    assert found is not None and found[1] == pytest.approx(latency_s(2, 'gpu', CLOCKS[-1]))
    assert model.locate(5, 'gpu', {}) is None
    assert model.locate(2, 'npu', {}) is None


def test_under_a_cap_higher_clocks_are_worth_no_more() -> None:
    model = ProfileModel(make_table())
    latency, _, busy = model.under_caps({'gpu': 750.0})
    for row, point in enumerate(model.table.points):
        clock = point.clocks[0][1]
        if point.placement == 'gpu' and clock > 750.0:
            assert latency[row] == pytest.approx(latency_s(point.width, 'gpu', 750.0))
            assert busy_w(600.0) < busy[row] < busy_w(900.0)
        else:
            assert latency[row] == point.latency_s


def test_what_the_table_does_not_know_is_guessed_in_the_right_order() -> None:
    points = [
        OperatingPoint(width, 'gpu', (('gpu', clock),), 0.01 * width / clock)
        for clock in (300.0, 600.0)
        for width in (1, 2)
    ]
    model = ProfileModel(OperatingPointTable(points))
    assert not model.power_known and not model.accuracy_known
    assert model.busy_w[2] > model.busy_w[0] and model.accuracy[1] > model.accuracy[0]
