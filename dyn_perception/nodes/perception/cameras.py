# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The subscriptions to the cameras of the perception node."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.common.transport import SegmentAdvice
from dyn_perception.nodes.perception.diagnostics import FrameStatistics


@dataclass(frozen=True)
class Arrival:
    """An image, when it arrived on the monotonic clock, and the topic that it came from."""

    message: Image | CompressedImage
    time_s: float
    topic: str


class Cameras:
    """Listens to every image topic while it is wanted.

    Attributes:
        topics: full names of the topics.
    """

    def __init__(
        self,
        node: Node,
        topics: Sequence[str],
        *,
        is_raw: bool,
        put: Callable[[Arrival, str], None],
        statistics: FrameStatistics,
        advice: SegmentAdvice,
    ) -> None:
        """Take what to listen to.

        Args:
            node: that subscribes.
            topics: as `resolve_topics` returns them.
            is_raw: whether the images are uncompressed.
            put: gets each image and its topic, in the executor's thread.
            statistics: counts images.
            advice: what to say of images that are too large for the middleware.
        """
        self.topics = tuple(topics)
        self._node = node
        self._is_raw = is_raw
        self._put = put
        self._statistics = statistics
        self._advice = advice
        self._largest_bytes = 0
        self._subscriptions: list[Subscription] = []

    def listen(self, *, wanted: bool) -> bool:
        """Subscribe or unsubscribe as wanted; return whether that changed anything."""
        if wanted == bool(self._subscriptions):
            return False
        if wanted:
            self._subscriptions = [self._subscribe(topic) for topic in self.topics]
        else:
            for subscription in self._subscriptions:
                self._node.destroy_subscription(subscription)
            self._subscriptions = []
        return True

    def _subscribe(self, topic: str) -> Subscription:
        return self._node.create_subscription(
            Image if self._is_raw else CompressedImage,
            topic,
            partial(self._arrive, topic),
            QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _arrive(self, topic: str, message: Image | CompressedImage) -> None:
        arrival = Arrival(message, time.monotonic(), topic)
        self._statistics.count_received(arrival.time_s, topic)
        if self._is_raw and len(message.data) > self._largest_bytes:
            self._largest_bytes = len(message.data)
            self._advice.note_size(self._largest_bytes)
        # Handed over last: from then on the frames' thread waits for this one to let Python go.
        self._put(arrival, topic)


def resolve_topics(node: Node, names: Sequence[str], *, is_raw: bool) -> tuple[str, ...]:
    """Return the full names of image topics, which follow the remappings of a node.

    Raises:
        ParameterError: if a name is none of a topic, or two names mean the same topic.
    """
    # Follows a remapping of the raw topic for both transports, as image_transport does.
    topics = tuple(_resolve(node, name) + ('' if is_raw else '/compressed') for name in names)
    for topic in topics:
        if topics.count(topic) > 1:
            raise ParameterError(
                f'image_topics {list(names)} lead to {topic} twice: '
                'name each camera once and check the remappings'
            )
    return topics


def _resolve(node: Node, name: str) -> str:
    try:
        resolved: str = node.resolve_topic_name(name)
    except (InvalidTopicNameException, RuntimeError) as error:  # RCLError, from below rclpy
        reason = ' '.join(str(error).split())
        raise ParameterError(
            f'image_topics has {name!r}, which is no topic ({reason}): name topics such as '
            'image_raw or left/image_raw'
        ) from error
    return resolved
