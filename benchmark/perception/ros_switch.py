# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether changes of the width through the ROS parameter cost frames."""

import itertools
import random

from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.task import Future

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command

_RATE_HZ = 60.0
_CHANGES = 200
_FRAMES_PER_CHANGE = 5
_SEGMENTS = 5  # in each of which both runs have their turn
_IMAGES = '/measured/image_raw'
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


def measure(settings: Settings) -> dict[str, Value]:
    """Play the same frames with and without changes and count those without a result."""
    set_environment()
    bundle = settings.bundle('resnet')
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception_switch.log',
        parameters={
            'model': str(bundle.path),
            f'qos_overrides.{_IMAGES}.subscription.reliability': 'reliable',
            f'qos_overrides.{_IMAGES}.subscription.depth': _QOS.depth,
        },
        ros_arguments=['-r', '__ns:=/measured'],
    )
    with node, Camera() as camera:
        channel = Channel(camera, _IMAGES, '/measured/perception/result', _QOS)
        channel.wait_for_node(node.check)
        _check_reliability(camera)
        changer = WidthChanger(camera, bundle.manifest.groups)
        changed: list[Frame] = []
        unchanged: list[Frame] = []
        frames = _CHANGES * _FRAMES_PER_CHANGE // _SEGMENTS
        for _ in range(_SEGMENTS):
            changed += channel.play(frames, _RATE_HZ, changer.change_now_and_then)
            unchanged += channel.play(frames, _RATE_HZ)
        changer.check(_CHANGES)
    widths = [frame.result.operating_point.width for frame in changed if frame.result is not None]
    lost = [sum(frame.result is None for frame in run) for run in (changed, unchanged)]
    return {
        'lost_on_switch': lost[0] - lost[1],
        'lost_with_changes': lost[0],
        'lost_without_changes': lost[1],
        'switch_frames': len(changed),
        'switch_changes_seen': sum(a != b for a, b in itertools.pairwise(widths)),
    }


class WidthChanger:
    """Sets the node's parameter `width` to another random value every few frames."""

    def __init__(self, camera: Camera, groups: int) -> None:
        """Find the node's service."""
        self._client = camera.node.create_client(
            SetParameters, '/measured/perception/set_parameters'
        )
        if not self._client.wait_for_service(30.0):
            raise RuntimeError('the perception node offers no set_parameters')
        self._groups = groups
        self._width = groups
        self._random = random.Random(0)
        self._answers: list[Future] = []

    def change_now_and_then(self, frame: int) -> None:
        """Ask for a change before every few frames."""
        if frame % _FRAMES_PER_CHANGE == 0:
            others = [width for width in range(1, self._groups + 1) if width != self._width]
            self._width = self._random.choice(others)
            value = Parameter('width', value=self._width).to_parameter_msg()
            self._answers.append(
                self._client.call_async(SetParameters.Request(parameters=[value]))
            )

    def check(self, changes: int) -> None:
        """Raise RuntimeError unless so many changes were made and all of them accepted."""
        accepted = [
            answer.done() and answer.result().results[0].successful for answer in self._answers
        ]
        if len(accepted) != changes or not all(accepted):
            raise RuntimeError(f'{sum(accepted)} of {changes} width changes were accepted')


def _check_reliability(camera: Camera) -> None:
    (subscription,) = camera.node.get_subscriptions_info_by_topic(_IMAGES)
    if subscription.qos_profile.reliability != ReliabilityPolicy.RELIABLE:
        raise RuntimeError('the node subscribes best effort: qos_overrides had no effect')
