# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a node under measurement, set as a person or the manager does."""

from functools import partial
from typing import Any

from benchmark.ros.camera import Camera
from dyn_perception.nodes.common.remote_parameters import RemoteParameters

_LIMIT_S = 30.0
_ASK_AGAIN_S = 3.0


class ParameterClient:
    """Sets parameters of one node and waits for its answer."""

    def __init__(self, camera: Camera, node: str) -> None:
        """Prepare to ask a node, by its full name."""
        self._camera = camera
        self._remote = RemoteParameters(
            camera.node, node, limit_s=_LIMIT_S, ask_again_s=_ASK_AGAIN_S
        )

    def set(self, **values: Any) -> None:
        """Set parameters; raises RuntimeError if they are refused or nobody answers."""
        answer = self._remote.wait(partial(self._remote.set, values), self._camera.spin)
        if not answer.successful:
            raise RuntimeError(f'{self._remote.name} did not take {values}: {answer.reason}')
