# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Update rules of the baselines against values computed by hand."""

import math

import numpy as np
import pytest

from dyn_perception.control.policy import BoardObservation, FrameObservation
from dyn_perception.simulation.errors import SimulationError
from dyn_perception.study.policies.alert import AlertConstants, AlertPolicy, SlowdownFilter
from dyn_perception.study.policies.baseline import mean_power_w, normal_cdf
from dyn_perception.study.policies.pid import PidConstants, PidPolicy
from dyn_perception.study.policies.static import find_row
from dyn_perception.study.policies.threshold import ThresholdConstants, ThresholdPolicy
from support.simulations import goals, small_table


def show(policy, slowdown, count=1, queueing_s=0.0):
    """Give a policy results of its own point, so many times as slow as profiled."""
    for _ in range(count):
        point = policy.decide(0.0).point
        policy.set_applied(point.settings, 0.0)
        latency_s = slowdown * point.latency_s + queueing_s
        policy.observe_frame(
            FrameObservation(0.0, latency_s, point.width, point.placement, queueing_s=queueing_s)
        )
    return policy.decide(0.0).point


def test_threshold_steps_down_when_twenty_results_are_too_slow() -> None:
    policy = ThresholdPolicy(small_table(), goals(), ThresholdConstants(retry_frames=1000))
    assert show(policy, 2.0, 19).width == 4
    assert show(policy, 2.0).width == 3  # 80 ms of 50
    assert show(policy, 2.0, 19).width == 3  # a new mean begins
    assert show(policy, 2.0).width == 2
    assert show(policy, 2.0, 200).width == 2  # 40 ms fit


def test_threshold_judges_the_mean_and_not_the_waiting() -> None:
    policy = ThresholdPolicy(small_table(), goals(), ThresholdConstants())
    show(policy, 1.0, 19)
    assert show(policy, 2.0).width == 4
    assert show(policy, 1.0, 100, queueing_s=0.1).width == 4


def test_threshold_climbs_by_one_and_remembers_what_was_too_slow() -> None:
    policy = ThresholdPolicy(small_table(), goals(), ThresholdConstants(retry_frames=50))
    show(policy, 2.0, 20)
    assert policy.level == 2
    assert show(policy, 1.0, 49).width == 3
    assert show(policy, 1.0).width == 4
    assert show(policy, 1.0, 300).width == 4


def test_threshold_never_changes_clocks() -> None:
    policy = ThresholdPolicy(small_table(), goals(), ThresholdConstants())
    points = {show(policy, slowdown, 20).clocks for slowdown in (1, 2, 5, 9, 1, 1)}
    assert points == {(('gpu', 1000.0),)}


def test_alert_filter_follows_the_published_equations() -> None:
    state = SlowdownFilter(AlertConstants())
    state.update(1.5)
    # Q = max(0.1, 0.3·0.1) = 0.1; s = 0.5·0.1 + 0.1 = 0.15; K = 0.15 / 0.151; mu = 1 + K·0.5
    gain = 0.15 / 0.151
    assert state.variance == pytest.approx(0.15)
    assert state.gain == pytest.approx(gain)
    assert state.mean == pytest.approx(1.0 + gain * 0.5)
    state.update(1.5)
    # Q = max(0.1, 0.3·0.1 + 0.7·(K·0.5)²); s = (1 - K)·0.15 + Q
    noise = 0.03 + 0.7 * (gain * 0.5) ** 2
    assert noise > 0.1
    assert state.process_noise == pytest.approx(noise)
    variance = (1.0 - gain) * 0.15 + noise
    assert state.variance == pytest.approx(variance)
    assert state.gain == pytest.approx(variance / (variance + 0.001))


def test_alert_weighs_accuracy_with_the_probability_of_being_on_time() -> None:
    policy = AlertPolicy(small_table(), goals(), AlertConstants())
    # sigma = sqrt(0.1): width 4 needs 40 of 50 ms, xi may be 1.25: Pr = Phi(0.25 / 0.316)
    on_time = policy.on_time_probability()
    row = find_row(policy.table, 4)
    assert on_time[row] == pytest.approx(
        0.5 * (1 + math.erf(0.25 / math.sqrt(0.1) / math.sqrt(2)))
    )
    # Expected: 0.5, 0.6, 0.98·0.7, 0.79·0.8.
    assert policy.decide(0.0).point.width == 3


def test_alert_is_bolder_with_less_noise() -> None:
    policy = AlertPolicy(small_table(), goals(), AlertConstants(process_noise=0.001))
    assert show(policy, 1.0, 30).width == 4


def test_alert_takes_one_slowdown_for_all_points() -> None:
    policy = AlertPolicy(small_table(), goals(), AlertConstants(process_noise=0.001))
    assert show(policy, 2.0, 10).width == 2
    assert policy.slowdown.mean == pytest.approx(2.0, abs=0.01)


def test_alert_keeps_the_energy_that_the_power_budget_leaves() -> None:
    constants = AlertConstants(process_noise=0.001)
    table = small_table()
    power_w = mean_power_w(table, table.latency_s, 20.0)
    # Width 4 at full clocks: 1 W + 0.8·4 W.
    assert power_w[find_row(table, 4)] == pytest.approx(4.2)
    policy = AlertPolicy(table, goals(power_budget_w=3.5), constants)
    assert show(policy, 1.0, 30).width == 3  # 1 W + 0.6·4 W
    for _ in range(60):
        policy.observe_board(BoardObservation(0.0, power_w=2 * 3.4))
    assert show(policy, 1.0).width < 3  # it draws twice of what is expected


def test_alert_with_the_objective_energy() -> None:
    constants = AlertConstants(process_noise=0.001)
    wanted = goals(fps=10.0, objective='energy', min_accuracy=0.55)
    point = show(AlertPolicy(small_table(), wanted, constants), 1.0, 30)
    assert point.width == 2
    assert point.clocks == (('gpu', 500.0),)


def test_pid_moves_by_its_velocity_form() -> None:
    # Set-point: 40 of 50 ms, what width 4 takes.
    policy = PidPolicy(small_table(), goals(), PidConstants(0.3, 0.2, 0.1, set_point=0.8))
    show(policy, 1.5)
    # e = 0.5: u = 1 + 0.3·0.5 + 0.2·0.5 + 0.1·0.5
    assert policy.speed == pytest.approx(1.3)
    assert policy.decide(0.0).point.width == 3  # 30 ms are at most 40 / 1.3
    show(policy, 1.5)
    # 45 ms: e = 0.125; 0.3·(0.125 - 0.5) + 0.2·0.125 + 0.1·(0.125 - 2·0.5)
    assert policy.speed == pytest.approx(1.3 - 0.1125 + 0.025 - 0.0875)


def test_pid_stays_within_what_the_table_offers() -> None:
    policy = PidPolicy(small_table(), goals(), PidConstants(0.0, 0.5, 0.0, set_point=0.8))
    assert show(policy, 50.0, 20).width == 1
    assert policy.speed == pytest.approx(4.0)  # 40 ms over width 1's 10
    assert show(policy, 0.01, 100).width == 4
    assert policy.speed == pytest.approx(0.5)  # over width 4's 80 at half the clock
    assert policy.decide(0.0).point.clocks == (('gpu', 500.0),)


def test_pid_keeps_the_power_budget() -> None:
    policy = PidPolicy(small_table(), goals(power_budget_w=3.5), PidConstants())
    assert policy.decide(0.0).point.width == 3


@pytest.mark.parametrize('make', [
    lambda: ThresholdPolicy(small_table(), goals(), ThresholdConstants()),
    lambda: AlertPolicy(small_table(), goals(), AlertConstants()),
    lambda: PidPolicy(small_table(), goals(), PidConstants()),
])  # fmt: skip
def test_new_goals_count_at_once_or_after_twenty_results(make) -> None:
    policy = make()
    show(policy, 1.0, 30)
    policy.set_goals(goals(fps=60.0))
    assert show(policy, 1.0, 60).width == 1


def test_fixed_points_are_found_by_width_placement_and_clock() -> None:
    table = small_table()
    assert table.points[find_row(table)].settings == {
        'width': 4, 'placement': 'gpu', 'gpu': 1000.0
    }  # fmt: skip
    assert table.points[find_row(table, 2, 'gpu', 999.0)].clocks == (('gpu', 500.0),)
    with pytest.raises(SimulationError, match=r"width 5 on 'gpu': widths are 1\.\.\.4"):
        find_row(table, 5)
    with pytest.raises(SimulationError, match=r'499 MHz of gpu is out of range 500\.\.\.1000'):
        find_row(table, 1, 'gpu', 499.0)


def test_the_normal_distribution() -> None:
    np.testing.assert_allclose(
        normal_cdf(np.array([-1.0, 0.0, 1.959964])), [0.158655, 0.5, 0.975], atol=1e-6
    )
