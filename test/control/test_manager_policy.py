# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy as a whole, against a plant in a few lines and against rubbish."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyn_perception.control.errors import ControlError
from dyn_perception.control.manager_policy import ManagerPolicy
from dyn_perception.control.operating_points import OperatingPoint, OperatingPointTable
from dyn_perception.control.policy import (
    BoardObservation,
    FrameObservation,
    Goals,
    ProcessorObservation,
    Status,
)
from dyn_perception.control.prior_table import WidthCost, prior_table
from support.tiny_plant import ACCURACIES, TinyPlant, latency_s, make_table

TABLE = make_table()


def contended(start_s: float, end_s: float, factor: float, placement: str = 'gpu') -> Any:
    return lambda place, time_s: (
        factor if place == placement and start_s <= time_s < end_s else 1.0
    )


def test_with_nothing_in_the_way_the_full_width_runs_on_time_with_little_energy() -> None:
    plant = TinyPlant(latency_factor=1.1).run(ManagerPolicy(TABLE, Goals(30.0)), 300)
    assert {point.width for point in plant.points[20:]} == {4}
    assert plant.share_on_time() > 0.99
    assert sum(plant.powers_w[100:]) < 0.9 * sum(
        TinyPlant().run(ManagerPolicy(full_clocks(), Goals(30.0)), 300).powers_w[100:]
    )


def full_clocks() -> OperatingPointTable:
    return make_table(clocks=(1200.0,))


def test_a_competing_program_costs_width_and_few_frames_and_gives_the_width_back() -> None:
    plant = TinyPlant(slowdown=contended(5.0, 15.0, 2.5))
    plant.run(ManagerPolicy(TABLE, Goals(30.0)), 600)
    assert plant.share_on_time() > 0.98
    during, after = plant.points[180:440], plant.points[480:]
    assert max(point.width for point in during) < 4
    assert min(point.width for point in during) >= 2, 'width 2 would be on time'
    assert {point.width for point in after} == {4}
    assert all(taken <= 1 / 30 for taken in plant.latencies_s[155:440])


def test_where_a_placement_is_blocked_the_other_one_is_used() -> None:
    plant = TinyPlant(fps=15.0, slowdown=contended(10.0, 30.0, 9.0))
    plant.run(ManagerPolicy(TABLE, Goals(15.0)), 600)
    assert {point.placement for point in plant.points[160:440]} == {'cpu:big'}
    assert {point.placement for point in plant.points[500:]} == {'gpu'}, 'it is seen to be free'
    assert plant.share_on_time(first=160) > 0.98


def test_a_placement_that_is_free_again_is_found_without_readings_of_the_board() -> None:
    plant = TinyPlant(fps=15.0, slowdown=contended(5.0, 10.0, 9.0), has_board=False)
    plant.run(ManagerPolicy(TABLE, Goals(15.0)), 1500)
    assert plant.points[-1].width == 4 and plant.share_on_time(first=900) > 0.97


def test_the_power_budget_is_kept_though_the_profile_is_wrong_and_others_draw_too() -> None:
    goals = Goals(30.0, power_budget_w=4.5)
    plant = TinyPlant(power_factor=1.2, extra_w=0.7).run(ManagerPolicy(TABLE, goals), 600)
    assert max(plant.powers_w[60:]) <= 4.5
    assert plant.share_on_time() > 0.98
    assert plant.decisions[-1].expected_power_w == pytest.approx(plant.powers_w[-1], rel=0.05)


def test_the_objective_energy_takes_the_least_power_that_is_accurate_enough() -> None:
    goals = Goals(20.0, min_accuracy=ACCURACIES[1], objective='energy')
    plant = TinyPlant(fps=20.0).run(ManagerPolicy(TABLE, goals), 600)
    powers = []
    for point in TABLE.points:
        taken_s = latency_s(point.width, point.placement, point.clocks[0][1])
        if point.width >= 2 and taken_s * 1.12 < 0.05:
            powers.append(2.0 + (point.busy_power_w - 2.0) * taken_s * 20.0)
    assert plant.powers_w[-1] == pytest.approx(min(powers), rel=0.02)
    assert plant.points[-1].accuracy >= ACCURACIES[1] and plant.share_on_time() > 0.98


@pytest.mark.parametrize('rates', [(20.0, 40.0), (40.0, 20.0)])
def test_a_new_target_is_followed(rates: tuple[float, float]) -> None:
    policy = ManagerPolicy(TABLE, Goals(rates[0]))
    widths = []
    for number, fps in enumerate(rates):
        policy.set_goals(Goals(fps))
        plant = TinyPlant(fps=fps, slowdown=lambda place, time_s: 2.0)
        plant.points = [TABLE.points[0]] * round(20.0 * number * fps)
        plant.latencies_s = [0.0] * len(plant.points)
        plant.run(policy, round(10 * fps))
        assert plant.share_on_time(first=len(plant.points) - 100) == 1.0
        widths.append(plant.points[-1].width)
    assert (widths[0] > widths[1]) == (rates[0] < rates[1])


def test_a_more_demanding_target_never_gets_a_more_accurate_point() -> None:
    widths = [
        TinyPlant(fps=fps, noise=0.0).run(ManagerPolicy(TABLE, Goals(fps)), 100).points[-1].width
        for fps in (10.0, 30.0, 45.0, 60.0, 90.0, 120.0)
    ]
    assert widths == sorted(widths, reverse=True) and widths[0] == 4 and widths[-1] < 4


def test_what_a_person_holds_is_left_and_what_was_refused_is_not_asked_for_again() -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0))
    policy.set_held({'width': 2, 'gpu': 640.0})
    held = TinyPlant().run(policy, 60)
    assert {point.width for point in held.points[1:]} == {2}
    assert {p.clocks for p in held.points[1:] if p.placement == 'gpu'} <= {(('gpu', 600.0),)}
    policy.set_held({})
    policy.set_refused('width', 4)
    held.run(policy, 60)
    assert {point.width for point in held.points[90:]} == {3}
    policy.clear_refused()
    held.run(policy, 60)
    assert held.points[-1].width == 4


def test_a_knob_held_where_no_point_is_is_said() -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0))
    policy.set_held({'placement': 'cpu:0', 'width': 3})
    decision = policy.decide(0.0)
    assert decision.point.width == 3 and 'held placement' in decision.binding


def test_goals_that_no_point_meets_give_way_in_the_declared_order() -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0, power_budget_w=2.1))
    plant = TinyPlant().run(policy, 200)
    decision = plant.decisions[-1]
    assert decision.status == Status.INFEASIBLE and decision.gave_way == ('power',)
    assert 'power' in decision.status_reason
    assert plant.share_on_time() > 0.97, 'the frame rate is kept longer than the power'
    first = ManagerPolicy(
        TABLE,
        Goals(
            70.0,
            power_budget_w=2.1,
            priority=('temperature', 'power', 'frame_rate', 'accuracy'),
        ),
    )
    assert 'frame_rate' in TinyPlant(fps=70.0).run(first, 200).decisions[-1].gave_way


def test_a_change_is_explained_with_values() -> None:
    plant = TinyPlant(slowdown=contended(2.0, 9.0, 2.5))
    plant.run(ManagerPolicy(TABLE, Goals(30.0)), 200)
    reasons = [decision.reason for decision in plant.decisions if decision.changed]
    assert any(r.startswith('frame_rate: width 4 on gpu') and 'of 33.3 ms' in r for r in reasons)
    last = plant.decisions[-1]
    assert last.binding == ('frame_rate',) and last.slowdowns[1].placement == 'gpu'
    assert last.slowdowns[1].mean == pytest.approx(2.5, rel=0.15)
    assert last.expected_latency_s == pytest.approx(plant.latencies_s[-1], rel=0.25)


def test_the_policy_asks_to_be_asked_when_a_result_is_overdue() -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0))
    plant = TinyPlant(noise=0.03).run(policy, 100)
    width = plant.points[-1].width
    decision = plant.decisions[-1]
    start_s = 100 / 30.0
    policy.set_applied(decision.point.settings, start_s)
    assert start_s + decision.expected_latency_s < decision.ask_again_s < start_s + 0.06
    later = policy.decide(decision.ask_again_s + 0.03)
    assert later.point.width < width, 'a smaller width is ready for the next frame'


def test_without_a_profile_the_scale_is_learned_from_results() -> None:
    widths = [WidthCost(n, n * 1e8, accuracy) for n, accuracy in enumerate(ACCURACIES, start=1)]
    processors = [
        ProcessorObservation('gpu', 'gpu', maximum_mhz=1200.0, steps_mhz=(300.0, 600.0, 1200.0))
    ]
    table = prior_table(widths, ['gpu'], processors, {'gpu'})
    for factor in (1.0, 1.8):
        policy = ManagerPolicy(table, Goals(30.0), is_profiled=False)
        plant = TinyPlant(slowdown=lambda place, time_s, by=factor: by).run(policy, 400)
        assert plant.share_on_time(first=60) > 0.97
        assert plant.points[-1].width == (4 if factor == 1.0 else 3)


def test_the_same_observations_give_the_same_decisions() -> None:
    runs = [
        TinyPlant(slowdown=contended(3.0, 6.0, 2.0)).run(ManagerPolicy(TABLE, Goals(30.0)), 300)
        for _ in range(2)
    ]
    assert runs[0].decisions == runs[1].decisions


def test_a_start_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(ControlError, match='not in the table'):
        ManagerPolicy(TABLE, Goals(30.0), start=OperatingPoint(9, 'gpu', (), 0.01))
    start = TABLE.points[7]
    assert ManagerPolicy(TABLE, Goals(30.0), start=start).table.points[7] is start


def test_a_table_without_power_or_accuracy_will_do() -> None:
    table = OperatingPointTable(
        OperatingPoint(point.width, point.placement, point.clocks, point.latency_s)
        for point in TABLE.points
    )
    plant = TinyPlant().run(ManagerPolicy(table, Goals(30.0)), 200)
    assert plant.points[-1].width == 4 and plant.share_on_time() > 0.98


ANY = st.floats(allow_nan=True, allow_infinity=True)
FRAMES = st.builds(
    FrameObservation,
    time_s=ANY,
    latency_s=ANY,
    width=st.integers(-1, 9),
    placement=st.sampled_from(['gpu', 'cpu:big', 'cpu', '']),
    groups_run=st.integers(-1, 9),
    queueing_s=ANY,
    dropped=st.integers(-1, 5),
    busy_s=st.dictionaries(st.sampled_from(['gpu', 'cpu:big', 'x']), ANY, max_size=2),
)
PROCESSORS = st.builds(
    ProcessorObservation,
    name=st.sampled_from(['gpu', 'cpu:big', 'cpu:little']),
    knob=st.sampled_from(['gpu', 'cpu.big', 'x']),
    load=ANY,
    clock_mhz=ANY,
    limit_mhz=ANY,
    minimum_mhz=ANY,
    maximum_mhz=ANY,
    cores=ANY,
)
BOARDS = st.builds(
    BoardObservation,
    time_s=ANY,
    window_s=ANY,
    power_w=ANY,
    hottest_c=ANY,
    throttled=st.booleans(),
    cpu_pressure=ANY,
    processors=st.lists(PROCESSORS, max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(FRAMES | BOARDS | ANY, max_size=12))
def test_rubbish_neither_raises_nor_spoils_the_decision(observations: list[Any]) -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0, power_budget_w=5.0, max_temperature_c=70.0))
    for observation in observations:
        if isinstance(observation, FrameObservation):
            policy.observe_frame(observation)
        elif isinstance(observation, BoardObservation):
            policy.observe_board(observation)
        else:
            policy.set_applied({'gpu': observation, 'width': 2}, observation)
        decision = policy.decide(observation if isinstance(observation, float) else 1.0)
        assert decision.point in TABLE.points
        assert math.isfinite(decision.expected_latency_s) and decision.expected_latency_s > 0
        assert 0.0 <= decision.on_time_probability <= 1.0
        assert math.isfinite(decision.expected_power_w)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(['width', 'placement', 'gpu', 'cpu.big', 'unknown']),
        st.integers(-3, 6) | st.floats(100.0, 2000.0) | st.sampled_from(['gpu', 'cpu:big', 'x']),
    ),
    st.lists(st.tuples(st.sampled_from(['width', 'gpu']), st.integers(1, 4)), max_size=4),
)
def test_the_point_fits_what_is_held(held: dict[str, Any], refused: list[Any]) -> None:
    policy = ManagerPolicy(TABLE, Goals(30.0))
    policy.set_held(held)
    for knob, value in refused:
        policy.set_refused(knob, value)
    point = policy.decide(0.0).point
    if held.get('width') in (1, 2, 3, 4) and not isinstance(held['width'], float):
        assert point.width == held['width']
    if 'width' not in held and held.get('placement') in TABLE.placements:
        assert point.placement == held['placement']


def test_a_table_of_a_thousand_points_is_decided_on() -> None:
    clocks = tuple(300.0 + 900.0 * step / 124 for step in range(125))
    table = make_table(clocks=clocks)
    assert len(table) == 1000
    plant = TinyPlant().run(ManagerPolicy(table, Goals(30.0)), 60)
    assert plant.points[-1].width == 4 and plant.share_on_time(first=5) > 0.97
