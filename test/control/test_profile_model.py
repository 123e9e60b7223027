# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The table between its clocks, under caps, without power or accuracy, and without a profile."""

import math

import numpy as np
import pytest

from dyn_perception.control.candidates import fitting, undominated
from dyn_perception.control.clocks import Clocks
from dyn_perception.control.errors import ControlError
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import BoardObservation, ProcessorObservation
from dyn_perception.control.prior_table import WidthCost, prior_table
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


def test_candidates_keep_what_could_be_best() -> None:
    table = make_table()
    worse = OperatingPoint(4, 'gpu', (('gpu', 1100.0),), 0.05, 0.0, 2.0, 9.0, 0.75)
    model = ProfileModel(OperatingPointTable([*table.points, worse]))
    everything = np.ones(len(model.table), dtype=bool)
    kept = undominated(model, everything)
    assert len(model.table) - 1 not in kept
    assert kept.tolist() == list(range(len(table)))


def test_held_and_refused_knobs_narrow_the_choice() -> None:
    table = make_table()

    def left(held: dict, refused: list = ()) -> tuple[list[OperatingPoint], list[str]]:  # type: ignore[assignment]
        fits, unmet = fitting(table, held, refused)
        return [point for point, fit in zip(table.points, fits, strict=True) if fit], unmet

    points, unmet = left({'width': 2, 'gpu': 640.0})
    assert not unmet and {point.width for point in points} == {2}
    assert {point.clocks for point in points if point.placement == 'gpu'} == {(('gpu', 600.0),)}
    points, unmet = left({'placement': 'npu', 'width': 3})
    assert unmet == ['placement'] and {point.width for point in points} == {3}
    points, _ = left({}, [('gpu', 1200.0), ('width', 4), ('placement', 'cpu:big')])
    assert {point.width for point in points} == {1, 2, 3}
    assert {point.placement for point in points} == {'gpu'}
    assert max(point.clocks[0][1] for point in points) == 900.0
    refused = [('width', width) for width in (1, 2, 3, 4)]
    assert left({}, refused)[0], 'when all was refused, something is still proposed'


def reading(time_s: float, clock: float, limit: float, throttled: bool) -> BoardObservation:
    processor = ProcessorObservation('gpu', 'gpu', 0.5, clock, limit, 300.0, 1200.0)
    return BoardObservation(time_s, 0.1, throttled=throttled, processors=(processor,))


def test_clocks_that_the_board_or_somebody_else_holds_down_are_noticed() -> None:
    clocks = Clocks()
    clocks.want(OperatingPoint(1, 'gpu', (('gpu', 1200.0),), 0.01), 0.0)
    assert clocks.under_way is False  # nothing else is known to be in force
    clocks.confirm({'gpu': 1200.0}, 0.0)
    assert not clocks.observe(reading(1.0, 1200.0, 1200.0, False)) and not clocks.caps
    assert clocks.observe(reading(2.0, 700.0, 1200.0, True)) and clocks.caps == {'gpu': 700.0}
    assert clocks.observe(reading(3.0, 1200.0, 1200.0, False)) and not clocks.caps
    assert clocks.observe(reading(4.0, 600.0, 600.0, False)) and clocks.caps == {'gpu': 600.0}
    clocks.observe(reading(5.0, 500.0, 1200.0, False))
    assert not clocks.caps, 'a governor that follows the load holds nothing down'


def test_a_clock_that_is_under_way_may_or_may_not_be_in_force() -> None:
    clocks = Clocks()
    clocks.confirm({'gpu': 600.0}, 0.0)
    clocks.want(OperatingPoint(1, 'gpu', (('gpu', 1200.0),), 0.01), 1.0)
    assert clocks.under_way
    assert {setting['gpu'] for setting in clocks.possible(1.1)} == {600.0, 1200.0}
    clocks.observe(reading(1.2, 1200.0, 1200.0, False))
    assert not clocks.under_way
    assert {setting['gpu'] for setting in clocks.possible(1.3)} == {1200.0}


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
