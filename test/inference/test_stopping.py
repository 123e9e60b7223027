# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a frame ends; on a clock that the test advances."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.inference.scores import softmax
from dyn_perception.inference.stopping import FrameLimits, StopReason, StopRule
from dyn_perception.inference.time_estimate import TimeEstimate
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.manifest import Manifest
from support.bundles import write_test_bundle

GROUPS = 4
NOTHING = np.zeros((2, 10), np.float32)


@pytest.fixture(scope='module')
def manifest(tmp_path_factory) -> Manifest:
    path = tmp_path_factory.mktemp('stopping') / 'bundle'
    return load_bundle(write_test_bundle(path, groups=GROUPS)).manifest


def estimate(*seconds: float) -> TimeEstimate:
    result = TimeEstimate()
    for value in seconds:
        result.add(value)
    return result


def run(manifest: Manifest, limits: FrameLimits, group_s: float, delivery_s: float, start: float):
    """Return groups run, reason and end of a frame whose every group takes the same time."""
    now = start
    rule = StopRule(limits, manifest, estimate(group_s), estimate(delivery_s), lambda: now)
    for group in range(1, GROUPS + 1):
        now += group_s
        reason = rule(group, NOTHING)
        if reason is not None:
            return group, reason, now + delivery_s
    raise AssertionError('the rule never stopped')


@settings(deadline=None)
@given(
    width=st.integers(1, GROUPS),
    group_s=st.floats(0.001, 1),
    delivery_s=st.floats(0, 0.1),
    start=st.floats(0, 10),
    given_s=st.floats(0.001, 5),
)
def test_as_many_groups_as_fit_and_no_more(
    manifest: Manifest,
    width: int,
    group_s: float,
    delivery_s: float,
    start: float,
    given_s: float,
) -> None:
    deadline = start + given_s
    groups, reason, end = run(manifest, FrameLimits(width, deadline), group_s, delivery_s, start)
    assert 1 <= groups <= width
    if groups > 1:
        assert end <= deadline + 1e-9
    if groups < width:
        assert reason is StopReason.DEADLINE
        assert end + group_s > deadline - 1e-9
    else:
        assert reason is StopReason.WIDTH


def test_without_limits_every_group_is_run(manifest: Manifest) -> None:
    assert run(manifest, FrameLimits(3), 1.0, 1.0, 0.0)[:2] == (3, StopReason.WIDTH)


def test_deadline_that_is_over_leaves_the_first_group(manifest: Manifest) -> None:
    found = run(manifest, FrameLimits(4, deadline_s=-1.0), 0.1, 0.0, 0.0)
    assert found[:2] == (1, StopReason.DEADLINE)


def test_spread_of_the_time_counts(manifest: Manifest) -> None:
    limits = FrameLimits(4, deadline_s=0.0125)
    steady, shaky = estimate(*[0.01] * 10), estimate(*[0.005, 0.015] * 5)
    for group_time, expected in ((steady, None), (shaky, StopReason.DEADLINE)):
        rule = StopRule(limits, manifest, group_time, estimate(0.0), lambda: 0.0)
        assert rule(1, NOTHING) is expected


def test_sure_is_a_calibrated_score_in_every_region(manifest: Manifest) -> None:
    logits = np.array([[8, 0, 0], [2, 0, 0]], np.float32)
    scores = softmax(logits, manifest.figures(1).temperature).max(axis=1)
    assert scores[0] > scores[1]

    def reason(confidence: float, rows: slice) -> StopReason | None:
        limits = FrameLimits(4, math.inf, confidence)
        return StopRule(limits, manifest, estimate(), estimate())(1, logits[rows])

    assert reason(float(scores[1]), slice(0, 2)) is StopReason.CONFIDENCE
    assert reason(float(scores[1]) + 1e-4, slice(0, 2)) is None
    assert reason(float(scores[1]) + 1e-4, slice(0, 1)) is StopReason.CONFIDENCE
    assert reason(0.0, slice(0, 2)) is None
