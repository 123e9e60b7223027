# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether frames end on time on a core that others want, too."""

import random
import time
from dataclasses import dataclass, field

import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark.figure import Value
from benchmark.frame.competitors import busy_processes
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from benchmark.ros.parameters import ParameterClient
from dyn_perception.processors.cores import usable_cores

_COMPETITORS = 2
_TRIAL_FRAMES = 40
_BLOCKS = 12
_BLOCK_FRAMES = 25
_COLD_FRAMES = 2  # at the start of a block
_TRIAL_RATE_HZ = 4.0
_LIMIT_S = 300.0
_SLACK = 1.25  # between frames, so that none waits for the one before
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)


@dataclass
class Tally:
    """Frames of one way to run them.

    Attributes:
        late: whether each was over the deadline, or lost.
        accuracy: expected accuracy of each, 0 where late.
        groups: groups of those answered.
    """

    late: list[bool] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def add(self, frames: list[Frame], deadline_ms: float) -> None:
        """Judge frames by the latency that the node states, arrival to publication."""
        for frame in frames:
            if (result := frame.result) is None:
                self.late.append(True)
                self.accuracy.append(0.0)
                continue
            late, point = result.latency_ms > deadline_ms, result.operating_point
            self.late.append(late)
            self.accuracy.append(0.0 if late else point.expected_accuracy)
            self.groups.append(point.groups_run)


def measure(settings: Settings) -> dict[str, Value]:
    """Play the same kind of frames in turn with a deadline, at width 1 and at width 4."""
    set_environment()
    core = max(usable_cores())
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception_deadline.log',
        parameters={
            'model': str(settings.models / 'resnet'),
            'regions': [6, 8],
            'placement': f'cpu:{core}',
        },
        ros_arguments=['-r', '__ns:=/deadline'],
        core=core,
    )
    with node, Camera() as camera:
        channel = Channel(camera, '/deadline/image_raw', '/deadline/perception/result', _QOS)
        channel.wait_for_node(node.check, _TRIAL_RATE_HZ)
        parameters = ParameterClient(camera, '/deadline/perception')
        with busy_processes(_COMPETITORS, core):
            medians_ms = {}
            for width in (1, 4):
                parameters.set(width=width, deadline_ms=0.0)
                medians_ms[width] = _median_latency_ms(channel.play(_TRIAL_FRAMES, _TRIAL_RATE_HZ))
            deadline_ms = (medians_ms[1] + medians_ms[4]) / 2
            rate_hz = 1e3 / (_SLACK * medians_ms[4])
            ways = {
                'anytime': {'width': 4, 'deadline_ms': deadline_ms},
                'width1': {'width': 1, 'deadline_ms': 0.0},
                'width4': {'width': 4, 'deadline_ms': 0.0},
            }
            tallies = {name: Tally() for name in ways}
            end_s = time.monotonic() + _LIMIT_S
            for block in range(_BLOCKS):
                if block and time.monotonic() > end_s:
                    break  # the machine is busy: what was measured counts
                for name in random.sample(list(ways), len(ways)):
                    parameters.set(**ways[name])
                    frames = channel.play(_BLOCK_FRAMES, rate_hz)[_COLD_FRAMES:]
                    tallies[name].add(frames, deadline_ms)
    missed = {name: float(np.mean(tally.late)) for name, tally in tallies.items()}
    accuracy = {name: float(np.mean(tally.accuracy)) for name, tally in tallies.items()}
    return {
        **{f'deadline_miss_{name}': share for name, share in missed.items()},
        'deadline_miss_excess': missed['anytime'] - missed['width1'],
        'deadline_accuracy_gain': accuracy['anytime']
        - max(accuracy['width1'], accuracy['width4']),
        'deadline_accuracy': accuracy,
        'deadline_ms': deadline_ms,
        'deadline_median_ms': {'width1': medians_ms[1], 'width4': medians_ms[4]},
        'deadline_mean_groups': {
            name: float(np.mean(tally.groups)) for name, tally in tallies.items()
        },
        'deadline_frames': len(tallies['anytime'].late),
    }


def _median_latency_ms(frames: list[Frame]) -> float:
    answered = [frame.result.latency_ms for frame in frames if frame.result is not None]
    return float(np.median(answered))
