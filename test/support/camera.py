# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera for tests, which waits for the result of each image."""

from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.msg import PerceptionResult
from support.images import image_message, jpeg_message
from support.ros_client import RosClient

RESEND_S = 0.2
"""After so long an image is sent again: best effort may lose it while both ends still meet."""


class Camera:
    """Publishes images one at a time and waits for what the node says about each."""

    def __init__(
        self,
        client: RosClient,
        message_type: type = Image,
        topic: str = 'image_raw',
        node: str = 'perception',
    ) -> None:
        """Connect with a running node, up to the first result."""
        self.client = client
        self.results = client.listen(PerceptionResult, f'{node}/result')
        self.publisher = client.publisher(message_type, topic)
        make_message = image_message if message_type is Image else jpeg_message
        self.client.spin_until(
            lambda: bool(self.results),
            'the first result',
            every_s=RESEND_S,
            repeat=lambda: self.publisher.publish(make_message()),
        )
        self.ask(make_message())

    def ask(self, message: Image | CompressedImage) -> PerceptionResult:
        """Publish an image once and return its result."""
        self.publisher.publish(message)
        self.client.spin_until(lambda: self._find(message) is not None, 'the result of an image')
        found = self._find(message)
        assert found is not None
        self.results.clear()
        return found

    def _find(self, message: Image | CompressedImage) -> PerceptionResult | None:
        return next((item for item in self.results if item.header == message.header), None)
