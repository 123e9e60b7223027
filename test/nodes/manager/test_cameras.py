# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The manager where two cameras share the network, over real DDS."""

from dyn_perception.msg import ManagerState
from support.managed_loop import ManagedLoop, applied, is_at_full_width

PACE_MS = 15.0
"""Width 4 takes 60 ms: of the 100 ms of a period, two frames of that have not enough."""


def test_a_second_camera_costs_width_which_comes_back_when_it_dies(loop: ManagedLoop) -> None:
    loop.set_pace(PACE_MS)
    loop.start_perception(image_topics=['image_raw', 'right/image_raw'])
    loop.start_manager(profile=loop.write_profile())
    states = loop.states()

    def is_alone(state: ManagerState) -> bool:
        return state.cameras == 1 and is_at_full_width(state)

    def is_shared(state: ManagerState) -> bool:
        is_met = state.status == ManagerState.STATUS_MET and 'frame_rate' in state.binding
        return state.cameras == 2 and is_met and applied(state, 'width') in ('1', '2', '3')

    loop.wait_for(states, is_alone, 'the target met at full width with one camera')
    loop.start_camera('right/image_raw')
    state = loop.wait_for(states, is_shared, 'the target met at a lower width by two cameras')
    assert state.achieved_fps < 15.0, 'that of a camera, not of both'
    assert state.target_fps == 10.0
    loop.stop_camera('right/image_raw')
    state = loop.wait_for(states, is_alone, 'the full width for the camera that is left')
    assert state.target_fps == 10.0
