# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A process that publishes one image, best effort, for each message it gets."""

import array
import sys

import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image
from std_msgs.msg import UInt32MultiArray


class ImageServer(Node):
    """Publishes `image`, of the height and width that `wanted` names."""

    def __init__(self) -> None:
        super().__init__('image_server')
        self._publisher = self.create_publisher(Image, 'image', qos_profile_sensor_data)
        self.create_subscription(UInt32MultiArray, 'wanted', self._publish, 10)
        self.get_logger().info('up')

    def _publish(self, wanted: UInt32MultiArray) -> None:
        height, width, number = wanted.data
        image = Image(height=height, width=width, encoding='bgr8', step=3 * width)
        image.header.frame_id = str(number)
        image.data = array.array('B', bytes(3 * height * width))
        self._publisher.publish(image)


def main() -> int:
    """Run until a signal."""
    # SIGTERM ends the process itself: rclpy's handler sometimes leaves `spin` waiting for ever.
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    rclpy.spin(ImageServer())
    return 0
