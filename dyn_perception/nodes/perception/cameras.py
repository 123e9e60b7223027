# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The subscriptions to the cameras of the perception node."""

import time
from collections.abc import Callable
from functools import partial

from rclpy.exceptions import InvalidTopicNameException
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.perception.frames import Arrival
from dyn_perception.nodes.perception.settings import PerceptionSettings


class Cameras:
    """Listens to every image topic while it is wanted.

    Attributes:
        topics: full names of the topics.
    """

    def __init__(
        self, node: ParameterNode[PerceptionSettings], receive: Callable[[Arrival], None]
    ) -> None:
        """Resolve the topics of a node; images go to `receive`, in the executor's thread.

        Raises:
            ParameterError: if a name is none of a topic, or two names mean the same topic.
        """
        self._node = node
        self._receive = receive
        self._is_raw = node.settings.image_transport == 'raw'
        self.topics = tuple(self._resolve(name) for name in node.settings.image_topics)
        self._subscriptions: list[Subscription] = []
        for topic in self.topics:
            if self.topics.count(topic) > 1:
                raise ParameterError(
                    f'image_topics {list(node.settings.image_topics)} lead to {topic} twice: '
                    'name each camera once and check the remappings'
                )

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

    def _resolve(self, name: str) -> str:
        # Follows a remapping of the raw topic for both transports, as image_transport does.
        try:
            base = self._node.resolve_topic_name(name)
        except (InvalidTopicNameException, RuntimeError) as error:  # RCLError, from below rclpy
            reason = ' '.join(str(error).split())
            raise ParameterError(
                f'image_topics has {name!r}, which is no topic ({reason}): name topics such as '
                'image_raw or left/image_raw'
            ) from error
        return base if self._is_raw else f'{base}/compressed'

    def _subscribe(self, topic: str) -> Subscription:
        return self._node.create_subscription(
            Image if self._is_raw else CompressedImage,
            topic,
            partial(self._arrive, topic),
            QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _arrive(self, topic: str, message: Image | CompressedImage) -> None:
        self._receive(Arrival(message, time.monotonic(), topic))
