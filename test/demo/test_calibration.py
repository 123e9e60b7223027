# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The target of the demo, and the load that makes the full width miss it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.demo.calibration import calibrate


@settings(deadline=None)  # the machine may be busy
@given(st.floats(0.5, 3000.0))
def test_the_full_width_holds_the_target_alone_and_misses_it_under_load(service_ms: float) -> None:
    calibration = calibrate([service_ms] * 10)
    period_ms = 1000 / calibration.target_fps
    assert service_ms < period_ms / 1.4
    assert calibration.target_fps <= 60
    assert (calibration.programs + 1) * service_ms > 1.2 * period_ms
    # Nor more than needed: a narrow network has to hold the target beside twice as many.
    assert calibration.programs == 1 or calibration.programs * service_ms < 1.3 * period_ms


def test_a_few_slow_frames_do_not_lower_the_target() -> None:
    assert calibrate([30.0] * 14 + [300.0] * 2) == calibrate([30.0] * 16)


def test_targets_are_round() -> None:
    assert calibrate([12.0] * 8).target_fps == 55.0
    assert calibrate([36.0] * 8).target_fps == 18.5
    assert calibrate([1000.0] * 8).target_fps == 0.6


@pytest.mark.parametrize('times', [[], [10.0, math.nan], [0.0], [-1.0], [math.inf]])
def test_refuses_what_are_no_times(times: list[float]) -> None:
    with pytest.raises(ValueError, match='are not times of frames'):
        calibrate(times)
