# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Operating points of a board that was not profiled."""

import math

import pytest

from dyn_perception.control.errors import ControlError
from dyn_perception.control.policy import ProcessorObservation
from dyn_perception.control.prior_table import WidthCost, prior_table


def test_without_a_profile_points_come_from_macs_and_clocks() -> None:
    widths = [WidthCost(1, 1e8, 0.6), WidthCost(2, 2e8, 0.7)]
    processors = [
        ProcessorObservation('cpu:a57', 'cpu.a57', maximum_mhz=1479.0, minimum_mhz=102.0),
        ProcessorObservation('gpu', 'gpu', maximum_mhz=921.6, steps_mhz=(307.2, 614.4, 921.6)),
    ]
    table = prior_table(widths, ['cpu', 'gpu'], processors, {'gpu'})
    by_clock = {
        p.clocks: p.latency_s for p in table.points if p.placement == 'gpu' and p.width == 2
    }
    assert set(by_clock) == {(('gpu', 307.2),), (('gpu', 614.4),), (('gpu', 921.6),)}
    assert by_clock[('gpu', 307.2),] > by_clock[('gpu', 921.6),]
    on_cpu = [point for point in table.points if point.placement == 'cpu']
    assert [point.clocks for point in on_cpu] == [(), ()]
    assert on_cpu[0].latency_s < on_cpu[1].latency_s and math.isnan(on_cpu[0].busy_power_w)
    assert len(prior_table(widths, ['cpu'])) == 2
    steps = prior_table(widths, ['cpu:a57'], processors, {'cpu.a57'})
    assert len(steps) == 16 and {p.clocks[0][1] for p in steps.points} >= {102.0, 1479.0}
    with pytest.raises(ControlError, match='MACs of width 1 must be above 0'):
        prior_table([WidthCost(1, 0.0)], ['cpu'])
    with pytest.raises(ControlError, match='at least one'):
        prior_table([], ['cpu'])
