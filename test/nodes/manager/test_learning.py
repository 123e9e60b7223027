# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager without a profile, over real DDS."""

import math

from dyn_perception.msg import PerceptionResult
from support.limit_tree import CPU
from support.managed_loop import (
    ManagedLoop,
    applied,
    is_at_full_width,
    is_held,
    is_met,
    knob,
)


def test_clocks_and_times_are_learned_from_what_is_seen(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_manager()
    states = loop.states()
    results = loop.client.listen(PerceptionResult, 'perception/result')
    state = loop.wait_for(states, is_at_full_width, 'the target met without a monitor')
    # A busy machine takes longer than the pace, sometimes: learned is what was seen.
    seen = [result.latency_ms for result in results if result.operating_point.width == 4]
    assert 0.8 * min(seen) < state.expected_latency_ms < 1.25 * max(seen)
    assert math.isnan(state.expected_power_w)
    assert 'no board state comes' in state.status_reason
    assert knob(state, CPU) is None
    loop.start_monitor()
    # Half of the time of a frame is left: the clock may be lower.
    loop.wait_for(
        states,
        lambda s: is_met(s, CPU) and applied(s, CPU) != '1600' and is_at_full_width(s),
        'a clock that suffices',
    )


def test_the_deadline_follows_the_target_and_is_left_to_a_person(loop: ManagedLoop) -> None:
    loop.start_perception()
    loop.start_manager(target_fps=20)
    states = loop.states()
    loop.wait_for(states, lambda s: applied(s, 'deadline_ms') == '48.5', 'a deadline')
    assert loop.client.set_parameters('manager', anytime=False).successful
    loop.wait_for(states, lambda s: applied(s, 'deadline_ms') == '0', 'what was found')
    assert loop.client.set_parameters('manager', anytime=True).successful
    loop.wait_for(states, lambda s: applied(s, 'deadline_ms') == '48.5', 'the deadline again')
    assert loop.client.set_parameters('perception', deadline_ms=30).successful
    loop.wait_for(states, lambda s: is_held(s, 'deadline_ms', '30'), 'the deadline held')
