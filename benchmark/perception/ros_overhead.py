# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the perception node adds to inference, against a bare relay that decodes and resizes."""

import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command

_RATE_HZ = 30.0
_BLOCKS = 16
_BLOCK_FRAMES = 48
_COLD_FRAMES = 3  # at the start of a block: the process has just slept
_IMAGE_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)  # as image_source


def measure(settings: Settings) -> dict[str, Value]:
    """Feed both nodes in turn and compare the medians of neighbouring blocks."""
    set_environment()
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception.log',
        parameters={'model': str(settings.models / 'resnet')},
        ros_arguments=['-r', '__ns:=/measured'],
    )
    relay = NodeProcess(
        ['-m', 'benchmark.ros.relay'],
        settings.scratch / 'relay.log',
        ros_arguments=['-r', '__ns:=/bare'],
        working_folder=str(ROOT),
    )
    with node, relay, Camera() as camera:
        channels = {
            'perception': Channel(
                camera, '/measured/image_raw', '/measured/perception/result', _IMAGE_QOS
            ),
            'relay': Channel(camera, '/bare/image_raw', '/bare/relay/result', _IMAGE_QOS),
        }
        channels['perception'].wait_for_node(node.check)
        channels['relay'].wait_for_node(relay.check)
        blocks: dict[str, list[list[Frame]]] = {name: [] for name in channels}
        for block in range(_BLOCKS):
            for name in sorted(channels, reverse=bool(block % 2)):
                frames = channels[name].play(_BLOCK_FRAMES, _RATE_HZ)[_COLD_FRAMES:]
                blocks[name].append([frame for frame in frames if frame.result is not None])
    ours = np.array([_median_overhead(frames) for frames in blocks['perception']])
    bare = np.array([_median_overhead(frames) for frames in blocks['relay']])
    return {
        'node_overhead_ratio': float(np.median(ours / bare)),
        'node_overhead_ms': {
            'perception': float(np.median(ours)) * 1e3,
            'relay': float(np.median(bare)) * 1e3,
        },
        'result_message_bytes': {
            name: len(serialize_message(found[0][0].result)) for name, found in blocks.items()
        },
    }


def _median_overhead(frames: list[Frame]) -> float:
    """Return the median of latency less inference (s)."""
    return float(
        np.median([frame.latency_s - frame.result.inference_ms / 1e3 for frame in frames])
    )
