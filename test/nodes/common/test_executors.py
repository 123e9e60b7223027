# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The executor of the perception node."""

import faulthandler

import pytest
import rclpy

from dyn_perception.nodes.common.execution import quick_executor


@pytest.mark.usefixtures('ros_domain_id')
def test_quick_executor_runs_tasks_and_leaves_the_fault_handler_alone() -> None:
    was_enabled = faulthandler.is_enabled()
    rclpy.init()
    executor = quick_executor()
    try:
        assert faulthandler.is_enabled() == was_enabled
        done: list[bool] = []
        executor.create_task(done.append, True)
        for _ in range(100):
            executor.spin_once(timeout_sec=0.1)
            if done:
                break
        assert done == [True]
    finally:
        executor.shutdown()
        rclpy.try_shutdown()
