# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the manager does about silence, refusals and wrong profiles, over real DDS."""

import os

import pytest

from dyn_perception.msg import ManagerState
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
from support.refusing_perception import TRY

CORE = min(os.sched_getaffinity(0))


def test_refused_width_is_not_tried_again_until_it_is_released(loop: ManagedLoop) -> None:
    perception = loop.start_perception('support.refusing_perception')
    loop.start_manager()
    states = loop.states()
    loop.wait_for(states, is_at_full_width, 'the full width')
    loop.set_pace(HARD_MS)
    state = loop.wait_for(
        states,
        lambda s: applied(s, 'width') == '1' and knob(s, 'width').refused != '',
        'another width than the refused one',
    )
    assert knob(state, 'width').refused == '2: width 2 is out of order today'
    loop.wait_for(states, lambda s: s.frames > state.frames + 20, 'more frames')
    assert perception.lines.count(TRY) == 1
    assert loop.client.set_parameters('manager', release='width').successful
    loop.client.spin_until(lambda: perception.lines.count(TRY) > 1, 'one more try')


@pytest.mark.parametrize(
    ('module', 'placement', 'reason', 'log'),
    [
        ('losing_gpu', 'gpu', 'out of memory on the GPU', 'failed while it ran'),
        ('unloadable', f'cpu:{CORE}', 'out of memory: a fault', 'failed, the one before stays'),
    ],
)
def test_placement_that_fails_is_left_until_it_is_released(
    loop: ManagedLoop, module: str, placement: str, reason: str, log: str
) -> None:
    perception = loop.start_perception(f'support.{module}_perception')
    loop.set_pace(HARD_MS)
    loop.start_manager(profile=loop.write_profile(group_ms={'cpu': HARD_MS, placement: EASY_MS}))
    states = loop.states()

    def tries() -> int:
        return sum(f'placement {placement!r} {log}' in line for line in perception.lines)

    state = loop.wait_for(
        states,
        lambda s: is_narrow(s) and is_met(s, 'placement') and tries() == 1,
        'a width for the placement that is left',
    )
    place = knob(state, 'placement')
    assert (place.applied, place.held) == ('cpu', False)
    assert place.refused.startswith(f'{placement}: /perception went back to cpu: ')
    assert reason in place.refused
    loop.wait_for(states, lambda s: s.frames > state.frames + 20, 'more frames')
    assert tries() == 1
    assert loop.client.set_parameters('manager', release='placement').successful
    loop.client.spin_until(lambda: tries() > 1, 'one more try')
    # The same value, set by a person, is theirs.
    loop.wait_for(states, lambda s: knob(s, 'placement').refused != '', 'the refusal again')
    assert loop.client.set_parameters('perception', placement='cpu').successful
    loop.wait_for(states, lambda s: is_held(s, 'placement', 'cpu'), 'the placement held')


def test_silent_results_keep_the_last_operating_point(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_monitor()
    goals = {'objective': 'energy', 'min_accuracy': 0.7, 'profile': loop.write_profile()}
    loop.start_manager(**goals)
    states = loop.states()
    loop.wait_for(states, limits_clock, 'a lower clock')
    loop.camera.cancel()
    before = loop.wait_for(
        states,
        lambda s: s.status == ManagerState.STATUS_WAITING and limits_clock(s),
        'silence, at a lower clock',
    )
    assert 'the last operating point is kept' in before.status_reason
    # Longer than a lease: it is renewed.
    end = before.header.stamp.sec + 4
    state = loop.wait_for_limit(
        states, lambda s: s.header.stamp.sec > end and limits_clock(s), 'the clock after a lease'
    )
    assert state.status == ManagerState.STATUS_WAITING
    assert knob(state, GPU).wanted == knob(before, GPU).wanted
    loop.camera.reset()
    loop.wait_for(states, lambda s: s.status != ManagerState.STATUS_WAITING, 'results again')


def test_profile_that_does_not_fit_is_said_and_only_the_width_is_set(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_monitor()
    loop.start_manager(profile=loop.write_profile(model='another', groups=3))
    states = loop.states()
    loop.set_pace(HARD_MS)
    state = loop.wait_for(
        states,
        lambda s: is_narrow(s) and knob(s, GPU) is not None,
        'a width that is on time, and clocks that could be set',
    )
    assert "is of 'another' with 3 groups" in state.status_reason
    assert knob(state, GPU).wanted == ''
    assert loop.gpu_limit() == 921.6


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (None, 'cannot be read'),
        ('{', 'is no valid YAML'),
        ('format_version: 99', 'has format_version 99: this release reads up to 1'),
        ('format_version: 1\nmodel: m\ngroups: 4\npoints: []', 'points: Tuple should have at'),
        ('a: &a [1]\nb: *a', 'has a YAML alias'),
    ],
)
def test_broken_profile_ends_the_node_with_the_reason(
    loop: ManagedLoop, content: str | None, reason: str
) -> None:
    if content is not None:
        loop.profile.write_text(content)
    process = loop.start_manager(profile=str(loop.profile))
    assert process.wait() == 1
    assert reason in process.lines[-1]
