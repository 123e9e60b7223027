# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From an image message to the published result."""

import math
import time
import traceback
from collections import defaultdict
from dataclasses import dataclass

from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.images.decoding import EncodedImage, ImageError, RawImage, decode_image
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.pipeline import FrameLimits, FrameResult
from dyn_perception.msg import PerceptionResult
from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.common.images import from_message, raw_message
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.perception.diagnostics import FrameStatistics
from dyn_perception.nodes.perception.messages import MILLISECONDS, ResultMessages, draw_overlay
from dyn_perception.nodes.perception.placing import PerceptionPlacing
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.perception.worker import QuickFrames

_THROTTLE_S = 5.0


@dataclass(frozen=True)
class Arrival:
    """An image, when it arrived on the monotonic clock, and the topic that it came from."""

    message: Image | CompressedImage
    time_s: float
    topic: str


class FrameProcessing:
    """Classifies images and publishes the results, one at a time."""

    def __init__(
        self,
        node: ParameterNode[PerceptionSettings],
        manifest: Manifest,
        statistics: FrameStatistics,
        placing: PerceptionPlacing,
    ) -> None:
        """Create the publishers of a node; `placing` has the pipeline in force."""
        self._node = node
        self._messages = ResultMessages(manifest.labels)
        self._statistics = statistics
        self._placing = placing
        self._unreported_drops: dict[str, int] = defaultdict(int)
        self._quick = QuickFrames()
        self._results = node.create_publisher(PerceptionResult, '~/result', 10)
        self._overlays = node.create_publisher(Image, '~/overlay', 1)

    def is_quick(self, arrival: Arrival) -> bool:
        """Return whether an image may be processed in the thread that it arrived in."""
        settings, placement = self._node.settings, self._placing.pipeline.placement
        kind = settings.width, placement.name, self._overlays.get_subscription_count()
        is_quick = self._quick.arrive(arrival.time_s, kind)
        # The wait of a second camera would not be seen.
        return is_quick and len(settings.image_topics) == 1 and placement.runs_in_any_thread

    def process(self, arrival: Arrival, dropped: int) -> None:
        """Classify one image; so many of its topic were dropped before it."""
        settings = self._node.settings
        if not settings.enabled:
            return
        self._unreported_drops[arrival.topic] += dropped
        start_s = time.monotonic()
        try:
            self._answer(arrival, dropped, settings)
            self._quick.add(time.monotonic() - start_s)
        except ImageError as error:
            self._unreported_drops[arrival.topic] += 1
            self._statistics.count_refused(str(error))
            self._node.get_logger().warning(
                f'image refused on {arrival.topic}: {error}', throttle_duration_sec=_THROTTLE_S
            )
        except Exception as error:
            self._unreported_drops[arrival.topic] += 1
            self._placing.note_failed_frame(error)
            raise

    def report_failure(self, error: Exception) -> None:
        """Report an error; only one that nobody expects brings its traceback."""
        self._statistics.count_failed(f'{type(error).__name__}: {error}')
        text = f' {error}'
        if not isinstance(error, EngineError):
            text = '\n' + ''.join(traceback.format_exception(error))
        self._node.get_logger().error(f'frame failed:{text}', throttle_duration_sec=_THROTTLE_S)

    def _answer(self, arrival: Arrival, dropped: int, settings: PerceptionSettings) -> None:
        pipeline = self._placing.pipeline
        start_s = time.monotonic()
        image = from_message(arrival.message)
        result = pipeline.run(image, _limits(settings, arrival.time_s))
        answered_s = time.monotonic()
        message = self._messages.fill(result, arrival.message.header)
        message.image_topic = arrival.topic
        message.dropped = self._unreported_drops.pop(arrival.topic, 0)
        message.queueing_ms = (start_s - arrival.time_s) * MILLISECONDS
        message.latency_ms = (time.monotonic() - arrival.time_s) * MILLISECONDS
        self._results.publish(message)
        published_s = time.monotonic()
        pipeline.note_delivery(published_s - answered_s)
        self._statistics.count_processed(published_s - arrival.time_s, dropped)
        if self._overlays.get_subscription_count():
            self._publish_overlay(image, result, message)

    def _publish_overlay(
        self, image: RawImage | EncodedImage, result: FrameResult, message: PerceptionResult
    ) -> None:
        texts = [f'{region.label} {region.score:.2f}' for region in message.regions]
        canvas = draw_overlay(
            decode_image(image), result.rows, result.columns, texts, result.best_region
        )
        self._overlays.publish(raw_message(canvas, message.header))


def _limits(settings: PerceptionSettings, arrival_s: float) -> FrameLimits:
    deadline_s = math.inf
    if settings.deadline_ms:
        deadline_s = arrival_s + settings.deadline_ms / MILLISECONDS
    return FrameLimits(settings.width, deadline_s, settings.confidence_exit)
