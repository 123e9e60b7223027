# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How many small frames a second pass through the node, and through the bare relay."""

from contextlib import ExitStack

from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from benchmark.ros.parameters import ParameterClient
from dyn_perception.processors.cores import usable_cores

_SECONDS = 4.0
_ROUNDS = 3
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def measure(settings: Settings) -> dict[str, Value]:
    """Publish an image as soon as an earlier one is answered; the best of some rounds counts."""
    set_environment()
    core = max(usable_cores())
    commands = {
        'perception': (perception_command(), {'model': str(settings.models / 'resnet')}, '/'),
        'relay': (['-m', 'benchmark.ros.relay'], {}, str(ROOT)),
    }
    with ExitStack() as stack:
        nodes = {
            name: stack.enter_context(
                NodeProcess(
                    command,
                    settings.scratch / f'{name}_rate.log',
                    parameters=parameters,
                    ros_arguments=['-r', f'__ns:=/{name}', '-r', '__node:=node'],
                    working_folder=folder,
                    core=core,
                )
            )
            for name, (command, parameters, folder) in commands.items()
        }
        camera = stack.enter_context(Camera(32, 32))
        channels = {
            name: Channel(camera, f'/{name}/image_raw', f'/{name}/node/result', _QOS)
            for name in nodes
        }
        for name, channel in channels.items():
            channel.wait_for_node(nodes[name].check)
        parameters = ParameterClient(camera, '/perception/node')
        rates = dict.fromkeys(('width1', 'width4', 'relay'), 0.0)
        for _ in range(_ROUNDS):
            for name in rates:
                if name == 'relay':
                    rate_hz = channels['relay'].play_at_full_rate(_SECONDS)
                else:
                    parameters.set(width=int(name.removeprefix('width')))
                    rate_hz = channels['perception'].play_at_full_rate(_SECONDS)
                rates[name] = max(rates[name], rate_hz)
    return {'max_rate': rates}
