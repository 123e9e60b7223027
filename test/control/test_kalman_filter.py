# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The filter converges, follows steps at once, bears outliers, and stays finite."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.kalman_filter import KalmanFilter


def make_filter(states: int = 3) -> KalmanFilter:
    return KalmanFilter(np.diag([0.1, *[0.03] * (states - 1)]) ** 2, 0.05**2, (1e-4, 0.25), 1e-5)


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
