# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The node of the demo: it watches the others."""

import time
from collections import deque
from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import Image

from dyn_perception.demo.observations import Network, Result, ShownFrame
from dyn_perception.demo.run_statistics import RunStatistics
from dyn_perception.images.decoding import decode_image
from dyn_perception.msg import ClassLabels, PerceptionResult, Truth
from dyn_perception.nodes.common.images import from_message

# A result must not be lost in the demo itself, however long the terminal takes.
_COUNTED = QoSProfile(depth=1000)
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class Observer(Node):
    """Collects what perception and image_source publish; `spin` it in a thread of its own."""

    def __init__(
        self,
        namespace: str,
        show_frames: bool,
    ) -> None:
        """Start to watch the nodes of a namespace.

        Args:
            namespace: of image_source and perception.
            show_frames: whether `shown_frame` is wanted; images are not received otherwise.
        """
        super().__init__('demo', namespace=namespace)
        self.network: Network | None = None
        self.statistics = RunStatistics()
        self.start_s: float | None = None  # arrival of the first result, monotonic clock
        self._when_ready: Callable[[Network], None] | None = None
        self._images: deque[bytes] = deque(maxlen=4)
        self._shown: ShownFrame | None = None
        self.create_subscription(ClassLabels, 'perception/labels', self._receive_labels, _LATCHED)
        self.create_subscription(
            PerceptionResult, 'perception/result', self._receive_result, _COUNTED
        )
        self.create_subscription(Truth, 'image_source/truth', self._receive_truth, _COUNTED)
        if show_frames:
            # Kept as bytes: only the few that are shown are worth the work of decoding.
            self.create_subscription(Image, 'image_raw', self._receive_image, _IMAGE, raw=True)

    def when_ready(self, call: Callable[[Network], None]) -> None:
        """Have a function called, once, when the network is known and frames flow."""
        self._when_ready = call

    def shown_frame(self) -> ShownFrame | None:
        """Return the newest frame with a result that is at hand; None before the first."""
        recent = self.statistics.snapshot(time.monotonic()).recent
        for data in reversed(tuple(self._images)):
            message = deserialize_message(data, Image)
            result = recent.get(_stamp(message))
            if result is not None:
                self._shown = ShownFrame(decode_image(from_message(message)), result)
                break
        return self._shown

    def _receive_labels(self, message: ClassLabels) -> None:
        self.network = Network(
            message.model, message.architecture, message.groups, tuple(message.labels)
        )
        self._begin()

    def _receive_result(self, message: PerceptionResult) -> None:
        arrival = time.monotonic()
        self.statistics.add_result(_result(message), arrival)
        if self.start_s is None:
            self.start_s = arrival
            self._begin()

    def _receive_image(self, data: bytes) -> None:
        self._images.append(data)

    def _receive_truth(self, message: Truth) -> None:
        self.statistics.add_truth(_stamp(message), tuple(message.labels))

    def _begin(self) -> None:
        if self.network and self.start_s is not None and self._when_ready is not None:
            self._when_ready(self.network)
            self._when_ready = None


def _stamp(message: Image | PerceptionResult | Truth) -> int:
    stamp = message.header.stamp
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)


def _result(message: PerceptionResult) -> Result:
    region = message.regions[message.best_region]
    return Result(
        stamp=_stamp(message),
        label=region.label,
        score=region.score,
        scores=tuple(region.scores),
        width=message.operating_point.width,
        queueing_ms=message.queueing_ms,
        preprocessing_ms=message.preprocessing_ms,
        inference_ms=message.inference_ms,
        latency_ms=message.latency_ms,
        regions=tuple(region.label for region in message.regions),
        best_region=message.best_region,
        columns=message.columns,
        placement=message.operating_point.placement,
        host_excess_ms=message.host_excess_ms,
        busy_s={time.processor: time.busy_s for time in message.busy_time},
        dropped=message.dropped,
    )
