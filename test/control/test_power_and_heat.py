# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Power and temperature are identified from rough readings, and stay finite."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.power_and_heat import PowerEstimate, ProfiledPower, ThermalModel
from dyn_perception.control.profile_model import ProfileModel
from support.tiny_plant import make_table


def test_power_of_others_is_told_from_errors_of_the_profile() -> None:
    model = ProfileModel(make_table())
    estimate, noise = PowerEstimate(model), random.Random(7)
    first, second = 5, 25
    for number in range(300):
        row, profiled_w = (first, 3.0) if number % 40 < 20 else (second, 5.0)
        estimate.measure(row, profiled_w, 1.1 * profiled_w + noise.gauss(0.0, 0.03))
    assert estimate.factor[first] * 3.0 + estimate.offset_w == pytest.approx(3.3, abs=0.1)
    offset_w = estimate.offset_w
    for _ in range(10):
        estimate.measure(first, 3.0, 3.3 + 2.0)
    assert estimate.offset_w - offset_w == pytest.approx(2.0, abs=0.15)
    assert estimate.factor[second] * 5.0 + estimate.offset_w == pytest.approx(7.5, abs=0.3)


def test_load_by_others_costs_power_at_the_clock_of_the_point() -> None:
    model = ProfileModel(make_table())
    table, profiled = model.table, ProfiledPower(model)
    arguments = (model.idle_w, model.busy_w, table.latency_s, 5.0)
    profiled.update(*arguments, (math.nan, math.nan))
    free_w = profiled.power_w
    profiled.update(*arguments, (0.0, 0.4))
    added_w = profiled.power_w - free_w
    on_gpu = table.placement_index == 1
    dynamic_w = model.busy_w - model.idle_w
    np.testing.assert_allclose(added_w[on_gpu], 0.4 * dynamic_w[on_gpu])
    np.testing.assert_allclose(added_w[~on_gpu], 0.4 * dynamic_w.max())


@pytest.mark.parametrize(('tau_s', 'resistance'), [(1.5, 8.0), (60.0, 6.0), (200.0, 3.0)])
def test_heat_is_identified_whatever_the_time_constant(tau_s: float, resistance: float) -> None:
    model, noise = ThermalModel(), random.Random(6)
    true_c = 30.0 + 2.0 * resistance
    power_w = 2.0
    for step in range(4000):
        power_w = (2.0, 6.0, 4.0, 5.0)[step // 1000]
        true_c += (30.0 + resistance * power_w - true_c) * -math.expm1(-0.1 / tau_s)
        reading_c = round(2 * true_c) / 2 if step % 7 else math.nan
        model.observe(0.1 * step, reading_c, power_w + noise.gauss(0.0, 0.05))
    end_c = 30.0 + resistance * power_w
    assert model.temperature_c == pytest.approx(true_c, abs=0.6)
    ahead_c = true_c + (end_c - true_c) * -math.expm1(-20.0 / tau_s)
    start_c, slope = model.line(20.0)
    assert start_c + slope * power_w == pytest.approx(ahead_c, abs=1.0)
    allowed_w = model.power_for(ahead_c, 20.0)
    assert start_c + slope * allowed_w == pytest.approx(ahead_c, abs=0.5)
    assert model.power_for(ahead_c + 5.0, 20.0) > allowed_w > model.power_for(ahead_c - 5.0, 20.0)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.floats(-1, 3), st.floats(-60, 200) | st.just(math.nan), st.floats(0, 90)),
        min_size=2,
        max_size=60,
    )
)
def test_heat_stays_finite_whatever_is_read(readings: list[tuple[float, float, float]]) -> None:
    model, time_s = ThermalModel(), 0.0
    for elapsed_s, temperature_c, power_w in readings:
        time_s += elapsed_s
        model.observe(time_s, temperature_c, power_w)
    if not math.isnan(model.temperature_c):
        assert math.isfinite(model.final_c(5.0))
        assert model.power_for(80.0, 10.0) < model.power_for(90.0, 10.0)
