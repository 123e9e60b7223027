# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Clocks in force, and what others take of boards whose CPU has several clusters."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyn_perception.control.arrivals import CameraArrivals
from dyn_perception.control.board_readings import BackgroundLoads, Clocks, OwnWork
from dyn_perception.control.operating_points import OperatingPoint
from dyn_perception.control.policy import BoardObservation, ProcessorObservation

CORES = {'cpu:little': 4.0, 'cpu:big': 2.0}


PLACEMENTS = ('cpu', 'cpu:little', 'cpu:big', 'cpu:0', 'gpu+cpu')


ONE_S = 1.0


def loads_by_others(
    busy: dict[str, float], own: dict[str, float], cores: dict[str, float] = CORES
) -> dict[str, float]:
    """Return the loads that follow from busy cores and own work over one second."""
    loads = BackgroundLoads(PLACEMENTS, {'gpu+cpu': {'gpu': 0.75, 'cpu': 0.25}})
    loads.own_work.add(0.0, ONE_S, own)
    processors = [
        ProcessorObservation(
            name, name.replace(':', '.'), load=busy[name] / count, cores=count
        )
        for name, count in cores.items()
    ]  # fmt: skip
    processors.append(ProcessorObservation('gpu', 'gpu', load=0.4))
    loads.add(BoardObservation(ONE_S, ONE_S, processors=tuple(processors)))
    (seen,) = loads.known(CameraArrivals())
    return dict(zip(PLACEMENTS, seen.by_placement, strict=True))


@pytest.mark.parametrize('place', CORES)
def test_own_work_on_any_core_is_no_load_by_others(place: str) -> None:
    busy = {name: 0.9 if name == place else 0.0 for name in CORES}
    seen = loads_by_others(busy, {'cpu': 0.9})
    assert seen == pytest.approx({**dict.fromkeys(PLACEMENTS, 0.0), 'gpu+cpu': 0.75 * 0.4})


def test_others_keep_what_the_clusters_have_together_less_own_work() -> None:
    seen = loads_by_others({'cpu:little': 0.9, 'cpu:big': 2.0}, {'cpu': 0.9})
    assert seen == pytest.approx(
        {
            'cpu': 2.0 / 6,
            'cpu:little': 0.9 / 4,  # it might have been theirs
            'cpu:big': 2.0 / 2,
            'cpu:0': 2.0 / 2,
            'gpu+cpu': 0.75 * 0.4 + 0.25 * 2.0 / 6,
        }
    )


@given(st.data())
def test_no_split_of_own_work_makes_free_capacity(data: st.DataObject) -> None:
    share = st.floats(0, 1)
    busy = {name: count * data.draw(share) for name, count in CORES.items()}
    own = {name: busy[name] * data.draw(share) for name in CORES}
    seen = loads_by_others(busy, {'cpu': sum(own.values())})
    others = {name: busy[name] - own[name] for name in CORES}
    assert seen['cpu'] == pytest.approx(sum(others.values()) / 6, abs=1e-9)
    for name, count in CORES.items():
        assert others[name] / count - 1e-9 <= seen[name] <= busy[name] / count + 1e-9
    assert seen['cpu:0'] == max(seen[name] for name in CORES)


def test_own_work_on_a_named_cluster_is_its_own() -> None:
    seen = loads_by_others({'cpu:little': 1.0, 'cpu:big': 1.5}, {'cpu:big': 0.5})
    assert (seen['cpu:little'], seen['cpu:big'], seen['cpu:0']) == (1.0 / 4, 0.75 - 0.25, 0.5)
    assert seen['cpu'] == pytest.approx(2.0 / 6)


def test_work_may_be_on_the_cluster_whose_load_is_not_known() -> None:
    busy = {'cpu:little': 1.0, 'cpu:big': math.nan}
    seen = loads_by_others(busy, {'cpu': 0.9})
    assert math.isnan(seen['cpu']) and math.isnan(seen['gpu+cpu'])
    assert (seen['cpu:little'], seen['cpu:big'], seen['cpu:0']) == (0.25, 0.25, 0.25)
    seen = loads_by_others(busy, {'gpu': 0.1})
    assert (seen['cpu'], seen['gpu+cpu']) == (0.25, pytest.approx(0.75 * 0.3 + 0.25 * 0.25))


@given(st.floats(0, 1), st.integers(1, 16))
def test_any_core_of_one_cluster_is_that_cluster(load: float, count: int) -> None:
    one = {'cpu:all': float(count)}
    for own in ({}, {'cpu:all': 0.3}):
        seen = loads_by_others({'cpu:all': load * count}, own, one)
        expected = max(load * count / count - sum(own.values()) / count, 0.0)
        assert seen['cpu'] == seen['cpu:0'] == expected
    mapped = loads_by_others({'cpu:all': load * count}, {'cpu:all': 0.3}, one)
    named = loads_by_others({'cpu:all': load * count}, {'cpu': 0.3}, one)
    assert mapped == pytest.approx(named)


def test_own_work_is_told_from_that_of_others() -> None:
    work = OwnWork()
    work.add(0.00, 0.04, {'gpu': 0.02})
    work.add(0.05, 0.09, {'gpu': 0.04, 'cpu:a57': 0.01})
    assert work.share('gpu', 0.0, 0.1) == pytest.approx(0.6)
    assert work.share('gpu', 0.02, 0.06) == pytest.approx((0.01 + 0.01) / 0.04)
    assert work.share('cpu:a57', 0.0, 0.1) == pytest.approx(0.1)
    assert work.share('other', 0.0, 0.1) == 0.0


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
