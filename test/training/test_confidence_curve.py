# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy and cost of images that stop where the answer is sure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.datasets.generated import GENERATED_LABELS, generate_images
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle
from dyn_perception.training.confidence_curve import (
    THRESHOLDS,
    CurvePoint,
    ExitTable,
    cheapest_within,
    exit_table,
)
from dyn_perception.training.evaluation import evaluate
from support.bundles import write_test_bundle

TABLE = ExitTable(
    scores=np.array([[0.9, 0.5, 0.4], [0.95, 0.8, 0.5], [0.99, 0.9, 0.6]], np.float32),
    is_right=np.array([[True, False, False], [True, True, False], [True, True, True]]),
    macs=np.array([10.0, 20.0, 30.0]),
)


@pytest.mark.parametrize(
    ('threshold', 'top1', 'macs', 'groups'),
    [
        (0.4, 1 / 3, 10, 1),
        (0.6, 1, 20, 2),
        (0.91, 1, (20 + 30 + 30) / 3, 8 / 3),
        (1.0, 1, 30, 3),
        (0.0, 1, 30, 3),
    ],
)
def test_points_by_hand(threshold: float, top1: float, macs: float, groups: float) -> None:
    point = TABLE.at(threshold)
    assert (point.top1, point.macs, point.groups) == pytest.approx((top1, macs, groups))


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=10))
def test_a_higher_threshold_never_costs_less(thresholds: list[float]) -> None:
    macs = [TABLE.at(threshold).macs for threshold in sorted(thresholds)]
    assert macs == sorted(macs)


def test_cheapest_point_within_a_loss() -> None:
    curve = [CurvePoint(0.5, 0.8, 10, 1), CurvePoint(0.9, 0.899, 20, 2), CurvePoint(0, 0.9, 40, 4)]
    assert cheapest_within(curve, 0.0) is curve[2]
    assert cheapest_within(curve, 0.002) is curve[1]
    assert cheapest_within(curve, 1.0) is curve[0]


def test_thresholds_rise_and_lie_within_the_parameter_range() -> None:
    assert list(THRESHOLDS) == sorted(set(THRESHOLDS))
    assert THRESHOLDS[0] > 0 and THRESHOLDS[-1] < 1


def test_ends_of_the_curve_are_the_first_and_the_full_width(tmp_path) -> None:
    path = write_test_bundle(tmp_path / 'bundle', classes=len(GENERATED_LABELS))
    bundle = load_bundle(path)
    images = generate_images(60, 32, seed=1)
    with create_engine(bundle) as engine:
        rows = evaluate(bundle, engine, images)
        table = exit_table(bundle, engine, images)
    first, full = table.at(1e-6), table.curve()[-1]
    assert (first.top1, first.macs, first.groups) == (rows[0]['top1'], rows[0]['macs'], 1)
    assert (full.top1, full.macs, full.groups) == (rows[-1]['top1'], rows[-1]['macs'], 4)
