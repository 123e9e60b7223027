# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What an enabled perception node costs while no camera is there."""

import time

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command

_START_S = 10.0
_SECONDS = 30.0


def measure(settings: Settings) -> dict[str, Value]:
    """Read the processor time of the process at both ends of some seconds."""
    set_environment()
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception_idle.log',
        parameters={'model': str(settings.models / 'resnet')},
        ros_arguments=['-r', '__ns:=/idle'],
    )
    with node:
        time.sleep(_START_S)
        node.check()
        start, before_s = time.monotonic(), node.cpu_s
        time.sleep(_SECONDS)
        used_s = node.cpu_s - before_s
        node.check()
        return {'cpu_idle_percent': 100 * used_s / (time.monotonic() - start)}
