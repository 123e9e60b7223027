# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Two managers at once, and a wall clock that jumps, over real DDS."""

import signal
import time
from pathlib import Path

import pytest

from dyn_perception.msg import ManagerState
from support.managed_loop import HARD_MS, ManagedLoop, applied, is_at_full_width, is_narrow
from support.movable_clock import MovableClock, needs_compiler

YEAR_S = 365 * 24 * 3600


def test_second_manager_stands_by_and_takes_over(loop: ManagedLoop) -> None:
    loop.start_perception()
    first = loop.start_manager(name='first')
    firsts = loop.states('first')
    loop.wait_for(firsts, is_at_full_width, 'the first one at work')
    loop.start_manager(name='second', target_fps=500)  # would take width 1
    seconds = loop.states('second')
    state = loop.wait_for(
        seconds, lambda s: s.status == ManagerState.STATUS_STANDBY, 'the second one in standby'
    )
    assert state.status_reason == ('/first is in charge of /perception: this manager does not act')
    enough = loop.wait_for(firsts, lambda s: True, 'a state').frames + 10
    loop.wait_for(
        firsts, lambda s: s.frames > enough and is_at_full_width(s), 'more frames at full width'
    )
    first.send_signal(signal.SIGKILL)
    loop.wait_for(seconds, lambda s: applied(s, 'width') == '1', 'the second one at work')


@needs_compiler
@pytest.mark.parametrize('jump_s', [YEAR_S, -YEAR_S], ids=['forward', 'back'])
def test_wall_clock_jump_changes_nothing(loop: ManagedLoop, tmp_path: Path, jump_s: int) -> None:
    clock = MovableClock(tmp_path)
    loop.start_perception()
    manager = loop.start_manager(environment=clock.environment)
    states = loop.states()
    loop.wait_for(states, is_at_full_width, 'the target met')
    clock.jump(jump_s)
    loop.clock_ahead_s = jump_s
    loop.wait_for(
        states,
        # Where the clock is set back, the stamps of before are later ones.
        lambda s: s.header.stamp.sec < time.time() + jump_s + YEAR_S / 2 and is_at_full_width(s),
        'the target met after the jump',
    )
    loop.set_pace(HARD_MS)
    state = loop.wait_for(states, is_narrow, 'a width that is on time')
    assert state.achieved_fps > 0
    manager.send_signal(signal.SIGTERM)
    loop.client.spin_until(lambda: not manager.is_running(), 'the end of the manager')
    assert manager.wait() == 0
    loop.client.spin_until(
        lambda: loop.client.get_parameters('perception', 'width') == [4], 'what was found'
    )
