# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When a change that is not needed is made."""

import itertools

from dyn_perception.control.transition import Hysteresis


def test_a_step_up_has_to_last_before_it_is_made_and_a_regretted_one_makes_careful() -> None:
    hysteresis, period_s = Hysteresis(), 0.1

    def waits(start_s: float) -> int:
        for frame in itertools.count():
            if hysteresis.allows(3, True, start_s + frame * period_s, period_s):
                return frame
        raise AssertionError

    first = waits(0.0)
    assert first >= 1
    hysteresis.changed(True, False, 1.0, period_s)
    hysteresis.changed(False, True, 1.3, period_s)  # taken back at once
    assert waits(5.0) > first
    hysteresis.changed(True, False, 10.0, period_s)
    hysteresis.changed(True, False, 30.0, period_s)  # lasted
    assert waits(40.0) == first


def test_a_sight_that_is_lost_starts_anew() -> None:
    hysteresis, period_s = Hysteresis(), 0.1
    assert not hysteresis.allows(3, True, 0.0, period_s)
    hysteresis.forget()
    assert not hysteresis.allows(3, True, 10.0, period_s)
    assert hysteresis.allows(3, True, 10.3, period_s)
