# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""From an image message to the published result."""

import math
import time
import traceback
from collections.abc import Callable

from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.publisher import Publisher

from dyn_perception.images.decoding import EncodedImage, ImageError, RawImage, decode_image
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.pipeline import FrameLimits, FrameResult, Pipeline
from dyn_perception.msg import PerceptionResult
from dyn_perception.nodes.common.images import from_message, raw_message
from dyn_perception.nodes.perception.cameras import Arrival
from dyn_perception.nodes.perception.diagnostics import FrameStatistics
from dyn_perception.nodes.perception.messages import MILLISECONDS, ResultMessages, draw_overlay
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.perception.worker import QuickFrames

_THROTTLE_S = 5.0


class FrameProcessing:
    """Classifies images and publishes the results, one at a time.

    Attributes:
        settings: replaced as a whole; each frame has those of its beginning.
        pipeline: in force; replaced between two frames only.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        settings: PerceptionSettings,
        messages: ResultMessages,
        results: Publisher,
        overlays: Publisher,
        statistics: FrameStatistics,
        note_failure: Callable[[Exception], None],
        logger: RcutilsLogger,
    ) -> None:
        """Prepare for the first frame.

        Args:
            pipeline: that runs the network.
            settings: of the node.
            messages: makes the results.
            results: publisher of PerceptionResult.
            overlays: publisher of images with the classes drawn onto them.
            statistics: counts what becomes of frames.
            note_failure: told of an error of the network, in the thread of the frame.
            logger: of the node.
        """
        self.settings = settings
        self.pipeline = pipeline
        self._messages = messages
        self._results = results
        self._overlays = overlays
        self._statistics = statistics
        self._note_failure = note_failure
        self._logger = logger
        self._quick = QuickFrames()

    def is_quick(self, arrival: Arrival) -> bool:
        """Return whether an image may be processed in the thread that it arrived in."""
        is_quick = self._quick.arrive(arrival.time_s, self._kind())
        # The wait of a second camera would not be seen.
        has_one_camera = len(self.settings.image_topics) == 1
        return is_quick and has_one_camera and self.pipeline.placement.runs_in_any_thread

    def process(self, arrival: Arrival, dropped: int) -> None:
        """Classify one image; so many of its topic were dropped before it."""
        settings, kind = self.settings, self._kind()
        if not settings.enabled:
            return
        self._statistics.count_dropped(arrival.topic, dropped)
        start_s = time.monotonic()
        try:
            self._answer(arrival, settings, has_viewers=bool(kind[-1]))
            self._quick.add(time.monotonic() - start_s, kind)
        except ImageError as error:
            self._statistics.count_refused(arrival.topic, str(error))
            self._logger.warning(
                f'image refused on {arrival.topic}: {error}', throttle_duration_sec=_THROTTLE_S
            )
        except Exception as error:
            self._statistics.leave_unreported(arrival.topic)
            self._note_failure(error)
            raise

    def report_failure(self, error: Exception) -> None:
        """Report an error; only one that nobody expects brings its traceback."""
        self._statistics.count_failed(f'{type(error).__name__}: {error}')
        text = f' {error}'
        if not isinstance(error, EngineError):
            text = '\n' + ''.join(traceback.format_exception(error))
        self._logger.error(f'frame failed:{text}', throttle_duration_sec=_THROTTLE_S)

    def _kind(self) -> tuple[int, str, int]:
        """Return what frames take alike depends on."""
        placement = self.pipeline.placement.name
        return self.settings.width, placement, self._overlays.get_subscription_count()

    def _answer(
        self, arrival: Arrival, settings: PerceptionSettings, *, has_viewers: bool
    ) -> None:
        pipeline = self.pipeline
        start_s = time.monotonic()
        image = from_message(arrival.message)
        result = pipeline.run(image, _limits(settings, arrival.time_s))
        answered_s = time.monotonic()
        message = self._messages.fill(result, arrival.message.header)
        message.image_topic = arrival.topic
        message.dropped = self._statistics.take_unreported(arrival.topic)
        message.queueing_ms = (start_s - arrival.time_s) * MILLISECONDS
        message.latency_ms = (time.monotonic() - arrival.time_s) * MILLISECONDS
        self._results.publish(message)
        published_s = time.monotonic()
        pipeline.note_delivery(published_s - answered_s)
        self._statistics.count_processed(published_s - arrival.time_s)
        if has_viewers:
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
