# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether every camera frame is answered with the settings of the launch file, and memory."""

import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy

from benchmark.figure import Value
from benchmark.perception.settings import Settings
from benchmark.ros.camera import Camera, Channel
from benchmark.ros.environment import set_environment
from benchmark.ros.node_process import NodeProcess, perception_command
from dyn_perception.share import config_path

_RATE_HZ = 30.0
_FRAMES = 300
_IMAGE_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE)  # as image_source


def measure(settings: Settings) -> dict[str, Value]:
    """Play to a node that is started as launch/perception.launch.py does."""
    set_environment()
    node = NodeProcess(
        perception_command(),
        settings.scratch / 'perception_delivery.log',
        parameters={'use_sim_time': False, 'model': str(settings.models / 'resnet')},
        ros_arguments=[
            '--params-file', str(config_path('perception.param.yaml')),
            '--log-level', 'info',
        ],
    )  # fmt: skip
    with node, Camera() as camera:
        channel = Channel(camera, '/image_raw', '/perception/result', _IMAGE_QOS)
        channel.wait_for_node(node.check)
        frames = channel.play(_FRAMES, _RATE_HZ)
        resident_bytes = node.resident_bytes
    latencies = [frame.latency_s * 1e3 for frame in frames if frame.result is not None]
    return {
        'delivered_share': len(latencies) / _FRAMES,
        'rss_mb': resident_bytes / 1e6,
        'result_latency_ms': {
            'median': float(np.median(latencies)),
            'p99': float(np.quantile(latencies, 0.99)),
        },
    }
