# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager with real nodes over DDS: what it holds, and how a person has the last word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy import Context

from dyn_perception.msg import ManagerState, PerceptionResult
from support.limit_tree import GPU
from support.managed_loop import (
    EASY_MS,
    HARD_MS,
    ManagedLoop,
    applied,
    is_at_full_width,
    is_held,
    is_met,
    is_narrow,
    knob,
    limits_clock,
)
from support.ros_client import RosClient

GOALS = {
    'enabled': True,
    'dry_run': False,
    'objective': 'accuracy',
    'min_accuracy': 0.0,
    'target_fps': 10.0,
    'release': 'all',
}


@pytest.fixture(scope='module')
def loop(
    ros_context: Context,
    ros_domain_id: int,
    bundle: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ManagedLoop]:
    """Return perception, monitor and a manager with a profile, in steady state."""
    client = RosClient(ros_context)
    loop = ManagedLoop(client, ros_domain_id, bundle, tmp_path_factory.mktemp('loop'))
    loop.start_perception()
    loop.start_monitor()
    loop.start_manager(profile=loop.write_profile())
    yield loop
    loop.close()
    client.close()


@pytest.fixture
def states(loop: ManagedLoop) -> list[ManagerState]:
    """Return the states of a manager whose target is met at full width, nothing being held.

    Goals are set before each test: one that fails does not put back what it has set.
    """
    states = loop.states()
    assert loop.client.set_parameters('manager', **GOALS).successful
    loop.set_pace(EASY_MS)
    loop.wait_for(
        states,
        lambda s: is_at_full_width(s) and not any(entry.held for entry in s.knobs),
        'the target met at full width',
    )
    return states


def test_width_follows_the_pace(loop: ManagedLoop, states: list[ManagerState]) -> None:
    results = loop.client.listen(PerceptionResult, 'perception/result')
    before = states[-1].changes
    loop.set_pace(HARD_MS)
    state = loop.wait_for(
        states,
        lambda s: is_narrow(s) and 'frame_rate' in s.binding,
        'a width that is on time, because of the frame rate',
    )
    assert state.operating_point.width == int(applied(state, 'width'))
    assert state.changes > before
    assert state.change_reason
    loop.client.wait_for(
        results, lambda r: r.operating_point.width in (1, 2), 'a frame of that width'
    )
    loop.set_pace(EASY_MS)
    state = loop.wait_for(states, is_at_full_width, 'the full width again')
    assert state.operating_point.expected_accuracy == pytest.approx(0.9)
    assert [entry.placement for entry in state.slowdowns] == ['cpu']
    loop.client.wait_for(results, lambda r: r.operating_point.width == 4, 'a frame of that width')


def test_clocks_are_limited_through_the_monitor(
    loop: ManagedLoop, states: list[ManagerState]
) -> None:
    loop.client.set_parameters('manager', objective='energy', min_accuracy=0.9)
    state = loop.wait_for_limit(states, limits_clock, 'a lower clock')
    assert knob(state, GPU).node == '/resource_monitor'
    # On a busy machine a renewal may come too late, and the next one takes the lease again.
    loop.client.spin_until(
        lambda: loop.client.get_parameters('resource_monitor', 'limit_lease_s') == [2.0],
        'a limit with a lease',
    )


def test_a_person_keeps_what_they_set_until_it_is_released(
    loop: ManagedLoop, states: list[ManagerState]
) -> None:
    assert loop.client.set_parameters('perception', width=3).successful
    state = loop.wait_for(states, lambda s: is_held(s, 'width', '3'), 'the width held')
    late = state.late_frames
    loop.set_pace(HARD_MS)
    loop.wait_for(
        states,
        lambda s: s.late_frames > late + 5 and is_held(s, 'width', '3'),
        'late frames, which are counted, at the width held',
    )
    assert loop.client.set_parameters('manager', release='width').successful
    assert loop.client.get_parameters('manager', 'release') == ['']
    loop.wait_for(
        states,
        lambda s: is_narrow(s) and not knob(s, 'width').held,
        'the width that the manager wants',
    )


def test_a_person_keeps_the_clock_they_set(loop: ManagedLoop, states: list[ManagerState]) -> None:
    assert loop.client.set_parameters('resource_monitor', **{GPU: 80}).successful
    # A renewal of the lease may be under way: it is taken back.
    loop.wait_for_limit(states, lambda s: is_held(s, GPU, '76.8'), 'the clock held')
    assert loop.client.set_parameters('manager', release='all').successful
    # No operating point of the profile has that clock.
    loop.wait_for(
        states,
        lambda s: is_met(s, GPU) and applied(s, GPU) != '76.8' and not knob(s, GPU).held,
        'a clock of the manager',
    )


def test_disabled_leaves_the_knobs_as_they_are(
    loop: ManagedLoop, states: list[ManagerState]
) -> None:
    loop.client.set_parameters('manager', enabled=False)
    state = loop.wait_for(
        states, lambda s: s.status == ManagerState.STATUS_DISABLED, 'a manager that is off'
    )
    assert 'enabled is false' in state.status_reason
    limit = float(applied(state, GPU))
    loop.client.spin_until(
        lambda: loop.client.get_parameters('resource_monitor', 'limit_lease_s') == [0.0],
        'the end of leases',
    )
    loop.client.spin_until(lambda: loop.gpu_limit() == limit, 'the limit without a lease')
    assert loop.client.set_parameters('perception', width=1).successful
    # The manager hears of it in another way than of what it is asked next.
    loop.wait_for(states, lambda s: applied(s, 'width') == '1', 'the width of a person')
    loop.client.set_parameters('manager', enabled=True)
    # What a person did meanwhile is not held: to switch the manager on is to hand over.
    loop.wait_for(states, is_at_full_width, 'the manager at work again')


def test_dry_run_proposes_only(loop: ManagedLoop, states: list[ManagerState]) -> None:
    loop.client.set_parameters('manager', dry_run=True)
    before = loop.wait_for(states, lambda s: s.dry_run, 'a manager that only proposes')
    loop.set_pace(HARD_MS)
    state = loop.wait_for(states, lambda s: knob(s, 'width').wanted in ('1', '2'), 'a proposal')
    assert state.dry_run
    assert applied(state, 'width') == applied(before, 'width') in ('3', '4')
    loop.client.set_parameters('manager', dry_run=False)
    loop.wait_for(states, is_narrow, 'the manager at work again')


def test_goals_are_taken_while_it_runs(loop: ManagedLoop, states: list[ManagerState]) -> None:
    assert loop.client.set_parameters('manager', target_fps=40).successful  # a whole number
    state = loop.wait_for(states, is_narrow, 'a width that takes less than 25 ms')
    assert state.target_fps == 40.0
    assert loop.client.set_parameters('manager', target_fps=500).successful
    state = loop.wait_for(
        states, lambda s: s.status == ManagerState.STATUS_INFEASIBLE, 'too much asked for'
    )
    assert 'frame_rate' in state.gave_way
    assert loop.client.set_parameters('manager', target_fps=10.0).successful
    loop.wait_for(states, is_at_full_width, 'the full width again')


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'target_fps': 0}, 'target_fps 0.0 is out of range 0.01...1000'),
        ({'target_fps': float('nan')}, 'target_fps nan is out of range'),
        ({'power_budget_w': -1.0}, 'power_budget_w -1.0 is out of range 0...10000'),
        ({'objective': 'speed'}, "objective 'speed' is not known"),
        ({'priority': 'power'}, 'priority'),
        ({'release': 'colour'}, "release 'colour' is no knob: use one of all"),
        ({'profile': 'other.yaml'}, 'cannot be set while the node runs'),
    ],
)
def test_wrong_values_are_refused(
    loop: ManagedLoop, values: dict[str, object], reason: str
) -> None:
    result = loop.client.set_parameters('manager', **values)
    assert not result.successful
    assert reason in result.reason


def test_diagnostics_do_not_call_a_narrow_network_an_error(
    loop: ManagedLoop, states: list[ManagerState]
) -> None:
    reports = loop.client.listen(DiagnosticArray, '/diagnostics')
    loop.set_pace(HARD_MS)
    loop.wait_for(states, is_narrow, 'a width that is on time')

    def tells_of_it(report: DiagnosticArray) -> bool:
        return any(status.message == 'target met at reduced width' for status in report.status)

    (status,) = loop.client.wait_for(reports, tells_of_it, 'the diagnostics of the manager').status
    assert (status.name, status.level) == ('manager: target', DiagnosticStatus.OK)
    assert {'Target (Hz)', 'Width', 'Held'} <= {value.key for value in status.values}
