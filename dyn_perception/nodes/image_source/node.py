# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The image_source node: publishes folders, videos, cameras, bags and data sets as a camera."""

from rclpy.duration import Duration
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from dyn_perception.msg import Truth
from dyn_perception.nodes.common.execution import run_node
from dyn_perception.nodes.common.images import jpeg_message, raw_message
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.common.transport import SegmentAdvice
from dyn_perception.nodes.image_source.player import FramePlayer
from dyn_perception.nodes.image_source.settings import ImageSourceSettings
from dyn_perception.share import ShareError, frames_path
from dyn_perception.sources.frame_source import SourceError
from dyn_perception.sources.mosaic import Mosaic, MosaicFrame
from dyn_perception.sources.opening import open_source

USER_ERRORS = (ParameterError, ShareError, SourceError)
_DEPTH = 5  # images that a slow subscriber may be behind
_LAST_FRAMES_S = 2.0  # time for the last images to reach their subscribers


class ImageSourceNode(ParameterNode[ImageSourceSettings]):
    """Publishes the frames of a source, and their classes where they are known."""

    def __init__(self) -> None:
        """Open the source and start to publish; raises one of `USER_ERRORS`."""
        super().__init__('image_source', ImageSourceSettings)
        self.declare_table()
        settings = self.settings
        frames = Mosaic(
            open_source(_locate(settings.source), topic=settings.topic),
            *settings.mosaic,
            settings.image_size,
        )
        self._advice = SegmentAdvice(self)
        self._count = 0
        # Follows a remapping of image_raw for both topics, as image_transport does.
        base = self.resolve_topic_name('image_raw')
        self._raw = self._create_image_publisher(Image, base)
        self._compressed = self._create_image_publisher(CompressedImage, f'{base}/compressed')
        self._truth = self.create_publisher(Truth, '~/truth', 10) if frames.labels else None
        self.warn_of_unknown_parameters()
        self._player = FramePlayer(
            frames, lambda: self.settings, self._publish, self._report, self._finish
        )
        self._player.start()
        self.get_logger().info(f'{settings.source} at {settings.rate_hz:g} Hz on {base}')

    def apply_settings(self, previous: ImageSourceSettings) -> None:
        """Let a new rate take effect at once."""
        self._player.pace_changed()

    def close(self) -> None:
        """End the player and give the source back."""
        self._player.close()

    def _create_image_publisher(self, message_type: type, topic: str) -> Publisher:
        # Reliable serves both kinds of subscribers.
        return self.create_publisher(
            message_type,
            topic,
            QoSProfile(depth=_DEPTH),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _publish(self, frame: MosaicFrame) -> None:
        """Publish one frame, in the player's thread."""
        header = Header(stamp=self.get_clock().now().to_msg(), frame_id=self.settings.frame_id)
        if self._truth is not None and any(frame.labels):
            truth = Truth(header=header, start_id=self.start_id)
            truth.rows, truth.columns = frame.rows, frame.columns
            truth.labels = list(frame.labels)
            self._truth.publish(truth)
        if self._raw.get_subscription_count():
            message = raw_message(frame.image, header, self.settings.encoding)
            self._advice.note_size(len(message.data))
            self._raw.publish(message)
        if self._compressed.get_subscription_count():
            self._compressed.publish(jpeg_message(frame.image, header))
        self._count += 1

    def _report(self, text: str) -> None:
        self.get_logger().warning(text)

    def _finish(self, error: Exception | None) -> None:
        """End the node, in the player's thread."""
        self.failure = error
        if error is None:
            self.get_logger().info(f'end of {self.settings.source} after {self._count} images')
            for publisher in (self._raw, self._compressed):
                publisher.wait_for_all_acked(Duration(seconds=_LAST_FRAMES_S))
        self.context.try_shutdown()


def _locate(source: str) -> str:
    is_camera = source.startswith(('camera:', '/dev/'))
    return source if is_camera or not source else str(frames_path(source))


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node('image_source', ImageSourceNode, USER_ERRORS, arguments)
