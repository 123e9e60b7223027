# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy, calibration error and temperature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.training.calibration import fit_temperature
from dyn_perception.training.measures import (
    expected_calibration_error,
    log_probabilities,
    negative_log_likelihood,
    top1_accuracy,
)


def drawn(temperature, count=20_000, seed=0):
    """Return logits, and classes drawn from softmax(logits / temperature)."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 3, (count, 5)).astype(np.float32)
    cumulative = np.exp(log_probabilities(logits, temperature)).cumsum(1)
    class_ids = (cumulative < generator.random((count, 1))).sum(1)
    return logits, class_ids.astype(np.int64)


@pytest.mark.parametrize('temperature', [0.3, 1.0, 2.5])
def test_finds_the_temperature_that_the_classes_were_drawn_with(temperature):
    logits, class_ids = drawn(temperature)
    assert fit_temperature(logits, class_ids) == pytest.approx(temperature, rel=0.05)


@given(st.floats(0.1, 10))
def test_no_other_temperature_is_better(other):
    logits, class_ids = drawn(1.7, 500)
    fitted = fit_temperature(logits, class_ids)
    assert negative_log_likelihood(logits, class_ids, fitted) <= (
        negative_log_likelihood(logits, class_ids, other) + 1e-6
    )


def test_calibration_error_is_small_only_at_the_right_temperature():
    logits, class_ids = drawn(2.0)
    assert expected_calibration_error(logits, class_ids, 2.0) < 0.02
    assert expected_calibration_error(logits, class_ids, 0.5) > 0.15


def test_calibration_error_of_a_sure_and_wrong_answer_is_one():
    logits = np.array([[100.0, 0.0]], np.float32)
    assert expected_calibration_error(logits, np.array([1])) == pytest.approx(1)
    assert expected_calibration_error(logits, np.array([0])) == pytest.approx(0)


def test_accuracy_is_the_share_that_is_right():
    logits = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], np.float32)
    assert top1_accuracy(logits, np.array([0, 1, 1, 0])) == 0.75
