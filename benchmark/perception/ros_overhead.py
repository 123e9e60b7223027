# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the perception node adds to inference, against a bare relay that decodes and resizes."""

import random
from contextlib import ExitStack

import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from benchmark.timing import milliseconds, ratio

_RATE_HZ = 30.0
_BLOCKS = 12
_BLOCK_FRAMES = 48
_COLD_FRAMES = 3  # at the start of a block: the process has just slept
_IMAGE_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)  # as image_source
# A process as small as the relay returns each image's memory to the kernel and gets it again, 640
# page faults a frame, which makes it slower than the perception node. So it is told not to.
_KEEP_MEMORY = {'MALLOC_TRIM_THRESHOLD_': str(2**28), 'MALLOC_MMAP_THRESHOLD_': str(2**28)}


def measure(settings: Settings) -> dict[str, Value]:
    """Feed the nodes in turn and compare the medians of neighbouring blocks."""
    set_environment()
    with ExitStack() as stack:
        perception = NodeProcess(
            perception_command(),
            settings.scratch / 'perception.log',
            parameters={'model': str(settings.models / 'resnet')},
            ros_arguments=['-r', '__ns:=/perception', '-r', '__node:=node'],
        )
        nodes = {'perception': stack.enter_context(perception)}
        for name, environment in (('relay', _KEEP_MEMORY), ('default_relay', {})):
            nodes[name] = stack.enter_context(_start_relay(name, settings, environment))
        camera = stack.enter_context(Camera())
        channels = {
            name: Channel(camera, f'/{name}/image_raw', f'/{name}/node/result', _IMAGE_QOS)
            for name in nodes
        }
        for name, channel in channels.items():
            channel.wait_for_node(nodes[name].check)
        blocks = {name: np.empty(_BLOCKS) for name in channels}
        sizes = {}
        for block in range(_BLOCKS):
            for name in random.sample(list(channels), len(channels)):
                frames = channels[name].play(_BLOCK_FRAMES, _RATE_HZ)[_COLD_FRAMES:]
                answered = [frame for frame in frames if frame.result is not None]
                blocks[name][block] = _median_overhead(answered)
                sizes[name] = len(serialize_message(answered[-1].result))
    return {
        'node_overhead_ratio': ratio(blocks['perception'], blocks['relay']),
        'node_overhead_ratio_default_relay': ratio(blocks['perception'], blocks['default_relay']),
        'node_overhead_ms': {name: milliseconds(found) for name, found in blocks.items()},
        'result_message_bytes': sizes,
    }


def _start_relay(name: str, settings: Settings, environment: dict[str, str]) -> NodeProcess:
    return NodeProcess(
        ['-m', 'benchmark.ros.relay'],
        settings.scratch / f'{name}.log',
        ros_arguments=['-r', f'__ns:=/{name}', '-r', '__node:=node'],
        working_folder=str(ROOT),
        environment=environment,
    )


def _median_overhead(frames: list[Frame]) -> float:
    """Return the median of latency less inference (s)."""
    return float(
        np.median([frame.latency_s - frame.result.inference_ms / 1e3 for frame in frames])
    )
