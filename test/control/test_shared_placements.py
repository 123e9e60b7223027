# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Placements whose processors share the groups of a frame."""

import math

import pytest

from dyn_perception.control.arrivals import CameraArrivals
from dyn_perception.control.board_readings import BackgroundLoads
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import BoardObservation, ProcessorObservation
from dyn_perception.control.power_and_heat import ProfiledPower
from dyn_perception.control.profile_model import ProfileModel, main_knob

BOTH = 'gpu+cpu:big'
CLOCKS = (600.0, 1200.0)


def point(placement: str, clocks: dict[str, float], latency_s: float) -> OperatingPoint:
    busy_w = 2.0 + sum(clocks.values()) / 600.0
    return OperatingPoint(
        4, placement, tuple(clocks.items()), latency_s, 0.0, 2.0, busy_w, accuracy=0.7
    )


@pytest.fixture
def model() -> ProfileModel:
    """On the GPU 30 ms at its full clock, on the CPU 60 ms, on both 20 ms."""
    points = [point('gpu', {'gpu': mhz}, 0.030 * 1200 / mhz) for mhz in CLOCKS]
    points += [point('cpu:big', {'cpu.big': mhz}, 0.060 * 1200 / mhz) for mhz in CLOCKS]
    for gpu in CLOCKS:
        for cpu in CLOCKS:
            rate = gpu / 1200 / 0.030 + cpu / 1200 / 0.060
            points.append(point(BOTH, {'gpu': gpu, 'cpu.big': cpu}, 1 / rate))
    return ProfileModel(OperatingPointTable(points))


def test_the_clock_of_the_first_processor_is_the_main_one(model: ProfileModel) -> None:
    knobs = model.table.knobs
    assert knobs[main_knob(BOTH, knobs)] == 'gpu'
    assert knobs[main_knob('cpu:big+gpu', knobs)] == 'cpu.big'


@pytest.mark.parametrize('held', ['gpu', 'cpu.big'])
def test_a_clock_that_is_held_down_slows_what_it_is_part_of(
    model: ProfileModel, held: str
) -> None:
    latency_s, _, busy_w = model.under_caps({held: 600.0})
    for row, item in enumerate(model.table.points):
        clocks = {knob: min(mhz, 600.0 if knob == held else mhz) for knob, mhz in item.clocks}
        found = model.locate(4, item.placement, clocks)
        assert found is not None
        assert latency_s[row] == pytest.approx(found[1])
        assert busy_w[row] == pytest.approx(model.table.busy_power_w[found[0]])


def test_load_by_others_counts_by_the_work_that_each_processor_does(model: ProfileModel) -> None:
    assert model.shares == {BOTH: {'gpu': pytest.approx(2 / 3), 'cpu:big': pytest.approx(1 / 3)}}
    loads = BackgroundLoads(model.table.placements, model.shares)
    arrivals = CameraArrivals()
    for loaded in ({'gpu': 0.6, 'cpu:big': 0.3}, {'gpu': 0.6}):
        processors = tuple(ProcessorObservation(*item) for item in _named(loaded))
        loads.add(BoardObservation(1.0, 0.1, processors=processors))
        (seen,) = loads.known(arrivals)
        if len(loaded) == 2:
            assert seen.by_placement == pytest.approx((0.6, 0.3, 0.5))
        else:  # nothing is known of the other processor
            assert seen.by_placement[0] == 0.6 and all(map(math.isnan, seen.by_placement[1:]))


def _named(loads: dict[str, float]) -> list[tuple[str, str, float]]:
    return [(name, name.replace(':', '.'), load) for name, load in loads.items()]


def test_others_draw_power_on_the_processors_that_a_placement_does_not_use(
    model: ProfileModel,
) -> None:
    power = ProfiledPower(model)
    table = model.table
    power.update(model.idle_w, model.busy_w, table.latency_s, 10.0, (0.5, 0.25, 0.4))
    use = dict(zip(table.placements, (0.5, 0.25, 0.4), strict=True))
    full_w = 2.0  # of work on one processor at its full clock
    for row, item in enumerate(table.points):
        share = min(table.latency_s[row] * 10.0 + use[item.placement], 1.0)
        own_w = (table.busy_power_w[row] - 2.0) * share
        elsewhere_w = {'gpu': 0.25, 'cpu:big': 0.5, BOTH: 0.0}[item.placement] * full_w
        assert power.power_w[row] == pytest.approx(2.0 + own_w + elsewhere_w)
