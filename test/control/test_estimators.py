# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Filters: they converge, follow steps at once, bear outliers, and stay finite."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.arrivals import Arrivals
from dyn_perception.control.feature_filter import FeatureFilter
from dyn_perception.control.others_load import OwnWork
from dyn_perception.control.power import PowerEstimate, ProfiledPower
from dyn_perception.control.profile_model import ProfileModel
from dyn_perception.control.slowdown import ContentionLaw, PlacementSlowdown
from dyn_perception.control.thermal import ThermalModel
from support.tiny_plant import make_table


def make_filter(states: int = 3) -> FeatureFilter:
    return FeatureFilter(np.diag([0.1, *[0.03] * (states - 1)]) ** 2, 0.05**2, (1e-4, 0.25), 1e-5)


def test_a_filter_converges_to_what_is_measured() -> None:
    estimate, noise = make_filter(), random.Random(1)
    for _ in range(200):
        estimate.update((0, 1), 0.4 + noise.gauss(0.0, 0.05))
    mean, variance = estimate.predict((0, 1))
    assert mean == pytest.approx(0.4, abs=0.03) and variance < 0.02**2
    assert estimate.noise_deviation == pytest.approx(0.05, rel=0.4)


def test_a_step_is_followed_after_one_measurement_and_leaves_errors_of_the_profile_alone() -> None:
    estimate, noise = make_filter(), random.Random(2)
    for _ in range(100):
        estimate.update((0, 1), noise.gauss(0.0, 0.03))
        estimate.update((0, 2), 0.05 + noise.gauss(0.0, 0.03))
    difference = estimate.mean[2] - estimate.mean[1]
    assert difference == pytest.approx(0.05, abs=0.02)
    estimate.update((0, 1), 0.9)
    assert estimate.jumped and estimate.predict((0, 1))[0] == pytest.approx(0.9, abs=0.03)
    assert estimate.mean[2] - estimate.mean[1] == pytest.approx(difference, abs=0.01)


def test_single_outliers_do_not_make_the_noise_large() -> None:
    estimate, noise = make_filter(), random.Random(3)
    for number in range(400):
        outlier = 3.0 if number % 50 == 49 else 0.0
        estimate.update((0, 1), noise.gauss(0.0, 0.04) + outlier)
    estimate.update((0, 1), 0.0)
    assert estimate.predict((0, 1))[0] == pytest.approx(0.0, abs=0.1)
    assert estimate.noise_deviation < 0.12


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 3), st.floats(-9, 9)), min_size=1, max_size=80))
def test_a_filter_stays_finite_and_its_variances_positive(values: list[tuple[int, float]]) -> None:
    estimate = make_filter(4)
    for state, value in values:
        estimate.update((0, state), value, noise_factor=4.0 if state == 3 else 1.0)
    assert np.isfinite(estimate.mean).all()
    assert np.linalg.eigvalsh(estimate.covariance).min() > -1e-9


@pytest.mark.parametrize('exponent', [0.6, 1.0, 1.3])
def test_the_law_of_contention_is_learned(exponent: float) -> None:
    law, noise = ContentionLaw(0.1), random.Random(4)
    for number in range(200):
        load = (0.0, 0.3, 0.5, 0.6)[number % 4]
        law.learn(-exponent * math.log1p(-load) + 0.05 + noise.gauss(0, 0.03), load, 0.1)
    mean, variance = law.predict(0.55)
    assert mean == pytest.approx(-exponent * math.log1p(-0.55) + 0.05, abs=0.05)
    assert 0 < variance < 0.02
    assert law.difference(0.55, 0.0)[0] == pytest.approx(mean - law.predict(0.0)[0])


def test_a_placement_out_of_use_follows_the_load_by_others() -> None:
    model = ProfileModel(make_table())
    slowdown = PlacementSlowdown(model, 1)
    slowdown.see_load(0.0, 0.0, 0.1, in_use=False)
    free = slowdown.filter.mean[0]
    slowdown.see_load(0.5, 0.1, 0.2, in_use=False)
    assert slowdown.filter.mean[0] - free == pytest.approx(math.log(2.0), abs=1e-6)
    slowdown.see_load(math.nan, 0.2, 0.3, in_use=False)
    assert slowdown.filter.mean[0] - free == pytest.approx(math.log(2.0), abs=1e-6)


def test_what_is_not_seen_is_forgotten_and_slower_after_it_was_forgotten_too_early() -> None:
    model = ProfileModel(make_table())
    slowdown = PlacementSlowdown(model, 1)
    row = int(slowdown.rows[0])

    def forgotten_after(elapsed_s: float) -> float:
        for _ in range(20):
            slowdown.measure(row, 1.0, 0.0, 1.0)
        slowdown.rest(100.0, elapsed_s)
        return float(slowdown.filter.predict(slowdown.states(row))[0])

    first = forgotten_after(10.0)
    assert first < 0.5
    slowdown.measure(row, 1.0, 111.0, 1.0)  # still slow
    assert forgotten_after(10.0) > first + 0.1


def test_own_work_is_told_from_that_of_others() -> None:
    work = OwnWork()
    work.add(0.00, 0.04, {'gpu': 0.02})
    work.add(0.05, 0.09, {'gpu': 0.04, 'cpu:a57': 0.01})
    assert work.share('gpu', 0.0, 0.1) == pytest.approx(0.6)
    assert work.share('gpu', 0.02, 0.06) == pytest.approx((0.01 + 0.01) / 0.04)
    assert work.share('cpu:a57', 0.0, 0.1) == pytest.approx(0.1)
    assert work.share('other', 0.0, 0.1) == 0.0


def test_an_overdue_frame_is_noticed_only_where_arrivals_are_regular() -> None:
    regular = Arrivals()
    for number in range(40):
        regular.add(number * 0.1, number * 0.1 + 0.05, 0)
    assert regular.next_start_s == pytest.approx(4.0)
    assert regular.worked_s(4.0) == 0.0
    assert regular.worked_s(4.08) == pytest.approx(0.08, abs=0.01)
    assert regular.worked_s(5.0) == 0.0  # the camera may have stopped
    irregular, noise = Arrivals(), random.Random(5)
    time_s = 0.0
    for _ in range(40):
        time_s += noise.uniform(0.02, 0.2)
        irregular.add(time_s, time_s + 0.01, 0)
    assert irregular.worked_s(time_s + 0.3) == 0.0


def test_dropped_frames_do_not_make_arrivals_irregular() -> None:
    arrivals = Arrivals()
    for number in range(40):
        arrivals.add(number * 0.2, number * 0.2 + 0.15, 1)
    assert arrivals.are_regular and arrivals.interval_s == pytest.approx(0.1)


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
