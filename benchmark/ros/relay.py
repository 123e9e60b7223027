# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A bare rclpy node that decodes and resizes images as the perception node does, and no more.

It answers each image with a message of the size of a result. With --compressed it listens to
image_raw/compressed.

    python -m benchmark.ros.relay [--compressed] [--executor quick] --ros-args -r __ns:=/relay
"""

import argparse
import contextlib
import sys
from collections.abc import Callable

import cv2
import numpy as np
import rclpy
from rclpy.executors import (
    Executor,
    ExternalShutdownException,
    MultiThreadedExecutor,
    SingleThreadedExecutor,
)
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.images.resizing import resize_image
from dyn_perception.msg import OperatingPoint, PerceptionResult, ProcessorTime, RegionResult
from dyn_perception.nodes.common.execution import quick_executor

EXECUTORS: dict[str, Callable[[], Executor]] = {
    'single': SingleThreadedExecutor,  # that of rclpy.spin
    'multi': MultiThreadedExecutor,
    'quick': quick_executor,  # that of the perception node
}
_SIZE = (32, 32)
_CLASSES = 10


def main() -> None:
    """Relay until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--compressed', action='store_true')
    parser.add_argument('--executor', choices=EXECUTORS, default='single')
    options = parser.parse_args(remove_ros_args(sys.argv)[1:])
    compressed = options.compressed
    cv2.setNumThreads(1)
    rclpy.init()
    node = rclpy.create_node('relay')
    answer = PerceptionResult(
        rows=1,
        columns=1,
        regions=[RegionResult(label='airplane', scores=[0.1] * _CLASSES)],
        operating_point=OperatingPoint(placement='cpu'),
        busy_time=[ProcessorTime(processor='cpu')],
    )
    publisher = node.create_publisher(PerceptionResult, '~/result', 10)

    def relay(message: Image | CompressedImage) -> None:
        pixels = np.frombuffer(message.data, np.uint8)
        if compressed:
            pixels = np.asarray(cv2.imdecode(pixels, cv2.IMREAD_COLOR), np.uint8)
        else:
            pixels = pixels.reshape(message.height, message.width, 3)
        resize_image(pixels, *_SIZE)
        answer.header = message.header
        publisher.publish(answer)

    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    if compressed:
        node.create_subscription(CompressedImage, 'image_raw/compressed', relay, qos)
    else:
        node.create_subscription(Image, 'image_raw', relay, qos)
    with contextlib.suppress(KeyboardInterrupt, ExternalShutdownException):
        executor = EXECUTORS[options.executor]()
        executor.add_node(node)
        while rclpy.ok():
            # With a limit: the event-driven executor does not begin to wait without one.
            executor.spin_once(timeout_sec=1.0)


if __name__ == '__main__':
    main()
