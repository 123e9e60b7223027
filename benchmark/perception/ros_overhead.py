# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the perception node adds to inference, against a bare relay that decodes and resizes."""

import random
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message

from benchmark import ROOT
from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel, Frame
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from benchmark.timing import milliseconds, ratio

_BLOCKS = 12
_COLD_FRAMES = 3  # at the start of a block: the process has just slept
_IMAGE_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)  # as image_source
# A process as small as the relay returns each image's memory to the kernel and gets it again, 640
# page faults a frame, which makes it slower than the perception node. So it is told not to.
_KEEP_MEMORY = {'MALLOC_TRIM_THRESHOLD_': str(2**28), 'MALLOC_MMAP_THRESHOLD_': str(2**28)}
_RELAYS: dict[str, dict[str, str]] = {
    'relay': _KEEP_MEMORY,
    'quick_relay': _KEEP_MEMORY,
    'default_relay': {},
}


@dataclass(frozen=True)
class Comparison:
    """Median overheads of each block by node (s), and the size of the answers (bytes)."""

    blocks: dict[str, NDArray[np.float64]]
    answer_bytes: dict[str, int]

    def ratio(self, relay: str) -> float:
        """Return the overhead of perception over that of a relay."""
        return ratio(self.blocks['perception'], self.blocks[relay])

    @property
    def milliseconds(self) -> dict[str, float]:
        """Median overheads by node (ms)."""
        return {name: milliseconds(found) for name, found in self.blocks.items()}


def measure(settings: Settings) -> dict[str, Value]:
    """Feed the nodes in turn and compare the medians of neighbouring blocks."""
    set_environment()
    found = compare(settings)
    return {
        'node_overhead_ratio': found.ratio('relay'),
        'node_overhead_ratio_default_relay': found.ratio('default_relay'),
        'node_overhead_ms': found.milliseconds,
        'result_message_bytes': found.answer_bytes,
    }


def compare(
    settings: Settings,
    *,
    size: tuple[int, int] = (640, 480),
    compressed: bool = False,
    rate_hz: float = 30.0,
    block_frames: int = 48,
    nodes: tuple[str, ...] = ('perception', 'relay', 'default_relay'),
) -> Comparison:
    """Measure overheads for images of one size (width, height), rate and kind."""
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(_start(name, settings, compressed=compressed))
            for name in nodes
        }
        camera = stack.enter_context(Camera(*size, compressed=compressed))
        suffix = '/compressed' if compressed else ''
        channels = {
            name: Channel(camera, f'/{name}/image_raw{suffix}', f'/{name}/node/result', _IMAGE_QOS)
            for name in nodes
        }
        for name, channel in channels.items():
            channel.wait_for_node(processes[name].check)
        blocks = {name: np.empty(_BLOCKS) for name in channels}
        sizes = {}
        for block in range(_BLOCKS):
            for name in random.sample(list(channels), len(channels)):
                frames = channels[name].play(block_frames, rate_hz)[_COLD_FRAMES:]
                answered = [frame for frame in frames if frame.result is not None]
                blocks[name][block] = _median_overhead(answered)
                sizes[name] = len(serialize_message(answered[-1].result))
    return Comparison(blocks, sizes)


def _start(name: str, settings: Settings, *, compressed: bool) -> NodeProcess:
    log = settings.scratch / f'{name}.log'
    ros_arguments = ['-r', f'__ns:=/{name}', '-r', '__node:=node']
    if name == 'perception':
        return NodeProcess(
            perception_command(),
            log,
            parameters={
                'model': str(settings.models / 'resnet'),
                'image_transport': 'compressed' if compressed else 'raw',
            },
            ros_arguments=ros_arguments,
        )
    return NodeProcess(
        [
            '-m',
            'benchmark.ros.relay',
            *(['--compressed'] if compressed else []),
            *(['--executor', 'quick'] if name == 'quick_relay' else []),
        ],
        log,
        ros_arguments=ros_arguments,
        working_folder=str(ROOT),
        environment=_RELAYS[name],
    )


def _median_overhead(frames: list[Frame]) -> float:
    """Return the median of latency less inference of the answered frames (s)."""
    overheads = [
        frame.latency_s - frame.result.inference_ms / 1e3
        for frame in frames
        if frame.result is not None
    ]
    return float(np.median(overheads))
