# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What each executor of rclpy costs for a small image: the choice of the perception node's."""

from contextlib import ExitStack

from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess
from benchmark.ros.relay import EXECUTORS

_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)
_RATE_HZ = 240.0
_FRAMES = 480
_ROUNDS = 4


def measure(settings: Settings) -> dict[str, Value]:
    """Feed relays that differ in their executor in turn; the least of some rounds counts."""
    set_environment()
    with ExitStack() as stack:
        relays = {
            name: stack.enter_context(
                NodeProcess(
                    ['-m', 'benchmark.ros.relay', '--executor', name],
                    settings.scratch / f'executor_{name}.log',
                    ros_arguments=['-r', f'__ns:=/{name}', '-r', '__node:=node'],
                    working_folder=str(ROOT),
                )
            )
            for name in EXECUTORS
        }
        camera = stack.enter_context(Camera(32, 32))
        channels = {
            name: Channel(camera, f'/{name}/image_raw', f'/{name}/node/result', _QOS)
            for name in relays
        }
        for name, channel in channels.items():
            channel.wait_for_node(relays[name].check)
        used_us: dict[str, float] = {}
        for _ in range(_ROUNDS):
            for name, channel in channels.items():
                before_s = relays[name].cpu_s
                channel.play(_FRAMES, _RATE_HZ)
                one_us = (relays[name].cpu_s - before_s) / _FRAMES * 1e6
                used_us[name] = min(one_us, used_us.get(name, one_us))
    return {'executor_us': used_us}
