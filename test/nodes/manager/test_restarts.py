# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that end and start again beside the manager, over real DDS."""

import signal

from dyn_perception.msg import ManagerState
from support.limit_tree import GPU
from support.managed_loop import (
    HARD_MS,
    ManagedLoop,
    applied,
    is_at_full_width,
    is_narrow,
    limits_clock,
)
from support.parameter_events import ParameterEvents


def test_perception_that_ends_and_starts_again_is_set_again(loop: ManagedLoop) -> None:
    perception = loop.start_perception()
    loop.set_pace(HARD_MS)
    loop.start_manager()
    states = loop.states()
    loop.wait_for(states, is_narrow, 'a width that is on time')
    perception.send_signal(signal.SIGKILL)
    state = loop.wait_for(states, lambda s: s.status == ManagerState.STATUS_WAITING, 'silence')
    assert '/perception' in state.status_reason  # does not answer, or gives no results
    again = loop.start_perception()
    again.wait_for_line('at width 4')
    loop.wait_for(states, lambda s: s.status != ManagerState.STATUS_WAITING, 'results again')
    loop.client.spin_until(
        lambda: loop.client.get_parameters('perception', 'width') in ([1], [2]), 'the width again'
    )
    loop.wait_for(states, is_narrow, 'a state that says so')


def test_monitor_that_falls_silent_ends_and_starts_again(loop: ManagedLoop) -> None:
    loop.start_perception()
    monitor = loop.start_monitor()
    goals = {'objective': 'energy', 'min_accuracy': 0.9}
    loop.start_manager(profile=loop.write_profile(), **goals)
    states = loop.states()
    loop.wait_for(states, limits_clock, 'a lower clock')
    monitor.send_signal(signal.SIGSTOP)
    loop.wait_for(states, lambda s: 'no board state' in s.status_reason, 'silence')
    loop.set_pace(HARD_MS)
    # The width alone is set, and the state does not claim to know the clock.
    loop.client.set_parameters('manager', min_accuracy=0.0)
    loop.wait_for(states, lambda s: is_narrow(s) and applied(s, GPU) == '', 'a width')
    monitor.send_signal(signal.SIGCONT)
    loop.wait_for(states, lambda s: 'no board state' not in s.status_reason, 'the monitor back')
    loop.wait_for(states, limits_clock, 'the clock again')
    monitor.send_signal(signal.SIGKILL)
    loop.wait_for(states, lambda s: 'no board state' in s.status_reason, 'silence')
    again = loop.start_monitor()
    # It has put back what the killed one left; what is lower from now on is new.
    again.wait_for_line('clock limits:')
    loop.wait_for_limit(states, limits_clock, 'the clock again')


def test_limits_drop_when_the_manager_is_gone(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_monitor()
    goals = {'objective': 'energy', 'min_accuracy': 0.7, 'profile': loop.write_profile()}
    manager = loop.start_manager(**goals)
    states = loop.states()
    loop.wait_for(states, limits_clock, 'a lower clock')
    manager.send_signal(signal.SIGKILL)
    loop.client.spin_until(lambda: loop.gpu_limit() == 921.6, 'the end of the lease')
    assert loop.client.get_parameters('resource_monitor', GPU) == [921.6]
    manager = loop.start_manager(**goals)
    loop.wait_for_limit(states, limits_clock, 'a lower clock again')
    events = ParameterEvents(loop.client, 'resource_monitor', rate_hz=10.0)
    manager.send_signal(signal.SIGTERM)
    loop.client.spin_until(lambda: not manager.is_running(), 'the end of the manager')
    assert manager.wait() == 0
    assert not [line for line in manager.lines if 'Traceback' in line]
    # A clean exit waits for no lease, at whose end the event would tell of it.
    loop.client.spin_until(lambda: {GPU: 921.6} in events.seen(), 'the limit set back')
    assert loop.gpu_limit() == 921.6


def test_clean_exit_puts_back_the_width_that_was_found(loop: ManagedLoop) -> None:
    loop.start_perception(width=3)
    manager = loop.start_manager()
    states = loop.states()
    loop.wait_for(states, is_at_full_width, 'the full width')
    manager.send_signal(signal.SIGINT)
    loop.client.spin_until(lambda: not manager.is_running(), 'the end of the manager')
    assert manager.wait() == 0
    # The manager does not wait for ever for a busy machine to carry it out.
    loop.client.spin_until(
        lambda: loop.client.get_parameters('perception', 'width') == [3], 'what was found'
    )
