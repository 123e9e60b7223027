# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether changes of the placement cost frames."""

import itertools

from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from benchmark.ros.parameters import ParameterClient
from dyn_perception.processors.cores import usable_cores

_RATE_HZ = 60.0
_CHANGES = 50
_FRAMES_PER_CHANGE = 30
_SEGMENTS = 5  # in each of which both runs have their turn
_IMAGES = '/placing/image_raw'
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def measure(settings: Settings) -> dict[str, Value]:
    """Play the same frames with and without changes and count those without a result."""
    set_environment()
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception_placement.log',
        parameters={
            'model': str(settings.models / 'resnet'),
            f'qos_overrides.{_IMAGES}.subscription.reliability': 'reliable',
            f'qos_overrides.{_IMAGES}.subscription.depth': _QOS.depth,
        },
        ros_arguments=['-r', '__ns:=/placing'],
    )
    with node, Camera() as camera:
        channel = Channel(camera, _IMAGES, '/placing/perception/result', _QOS)
        channel.wait_for_node(node.check)
        parameters = ParameterClient(camera, '/placing/perception')
        places = itertools.cycle(_places())

        def change_now_and_then(frame: int) -> None:
            if frame % _FRAMES_PER_CHANGE == 0:
                parameters.set(placement=next(places))

        changed: list[Frame] = []
        unchanged: list[Frame] = []
        frames = _CHANGES * _FRAMES_PER_CHANGE // _SEGMENTS
        for _ in range(_SEGMENTS):
            changed += channel.play(frames, _RATE_HZ, change_now_and_then)
            unchanged += channel.play(frames, _RATE_HZ)
    seen = [
        frame.result.operating_point.placement for frame in changed if frame.result is not None
    ]
    lost = [sum(frame.result is None for frame in run) for run in (changed, unchanged)]
    return {
        'placement_lost': lost[0] - lost[1],
        'placement_lost_with_changes': lost[0],
        'placement_lost_without_changes': lost[1],
        'placement_frames': len(changed),
        'placement_changes_seen': sum(a != b for a, b in itertools.pairwise(seen)),
    }


def _places() -> list[str]:
    cores = sorted(usable_cores())
    places = [f'cpu:{core}' for core in cores[:2]]
    return [*places, *(['+'.join(places)] if len(places) > 1 else []), 'cpu']
