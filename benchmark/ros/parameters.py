# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a node under measurement, set as a person or the manager does."""

import time
from typing import Any

from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter

from benchmark.ros.camera import Camera

_LIMIT_S = 30.0


class ParameterClient:
    """Sets parameters of one node through its service."""

    def __init__(self, camera: Camera, node: str) -> None:
        """Find the service of a node, by its full name."""
        self._camera = camera
        self._node = node
        self._client = camera.node.create_client(
            SetParametersAtomically, f'{node}/set_parameters_atomically'
        )
        if not self._client.wait_for_service(_LIMIT_S):
            raise RuntimeError(f'{node} offers no set_parameters_atomically')

    def set(self, **values: Any) -> None:
        """Set parameters and wait for the answer; raises RuntimeError if they are refused."""
        future = self._client.call_async(
            SetParametersAtomically.Request(
                parameters=[
                    Parameter(name, value=value).to_parameter_msg()
                    for name, value in values.items()
                ]
            )
        )
        self._camera.spin_until(future.done, time.monotonic() + _LIMIT_S)
        if not future.done() or not future.result().result.successful:
            reason = future.result().result.reason if future.done() else 'no answer'
            raise RuntimeError(f'{self._node} did not take {values}: {reason}')
