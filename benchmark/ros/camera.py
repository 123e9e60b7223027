# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The other end of a node under measurement: publishes images and receives results."""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

import cv2
import numpy as np
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.msg import PerceptionResult

_LIMIT_S = 60.0  # for a node to start
_SPIN_S = 0.02
_GRACE_S = 2.0  # for the last results to arrive
_IMAGES = 8
_REPLACE_S = 0.5  # after so long without an answer the images are taken for lost


@dataclass
class Frame:
    """One published image and its result; times of the monotonic clock (ns)."""

    published_ns: int
    received_ns: int | None = None
    result: PerceptionResult | None = None

    @property
    def latency_s(self) -> float:
        """Time from before the image was published to the result received (s)."""
        assert self.received_ns is not None
        return (self.received_ns - self.published_ns) * 1e-9


class Camera:
    """A node that feeds channels with images; it spins only while it plays or waits."""

    def __init__(self, width: int = 640, height: int = 480, *, compressed: bool = False) -> None:
        """Join the domain with images of a size, bgr8 or, compressed, JPEG."""
        self._context = Context()
        rclpy.init(context=self._context)
        self.node = Node('camera', context=self._context, start_parameter_services=False)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.message_type = CompressedImage if compressed else Image
        make = _compressed_image if compressed else _raw_image
        random = np.random.default_rng(0)
        self.images = [make(random, width, height) for _ in range(_IMAGES)]

    def spin_until(self, condition: Callable[[], bool], deadline_s: float) -> bool:
        """Handle messages until the condition holds or the time is over; return the former."""
        while not (holds := condition()):
            remaining = deadline_s - time.monotonic()
            if remaining <= 0:
                break
            self._executor.spin_once(timeout_sec=remaining)
        return holds

    def spin(self) -> None:
        """Handle messages for a short time."""
        self._executor.spin_once(timeout_sec=_SPIN_S)

    def __enter__(self) -> 'Camera':
        """Return the camera."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)


class Channel:
    """The image topic and the result topic of one node under measurement."""

    def __init__(self, camera: Camera, images: str, results: str, qos: QoSProfile) -> None:
        """Create both ends; `qos` is that of the images."""
        self._camera = camera
        self._frames: dict[int, Frame] = {}
        self._count = 0
        self._images = camera.node.create_publisher(camera.message_type, images, qos)
        self._results = camera.node.create_subscription(
            PerceptionResult, results, self._receive, 100
        )

    def wait_for_node(self, check: Callable[[], None], rate_hz: float = 30.0) -> None:
        """Play until the node has answered a few frames in a row; `check` raises if it ended."""
        deadline = time.monotonic() + _LIMIT_S
        while time.monotonic() < deadline:
            check()
            if self._images.get_subscription_count():
                if all(frame.result is not None for frame in self.play(10, rate_hz, grace_s=1.0)):
                    return
            else:
                self._camera.spin_until(lambda: False, time.monotonic() + 0.1)
        raise RuntimeError(f'no results on {self._results.topic_name} within {_LIMIT_S} s')

    def play(
        self,
        frames: int,
        rate_hz: float,
        before_frame: Callable[[int], Any] | None = None,
        grace_s: float = _GRACE_S,
    ) -> list[Frame]:
        """Publish images at a rate, wait for the last results, and return all frames.

        Args:
            frames: how many.
            rate_hz: images a second.
            before_frame: called with 0, 1, ... before each image.
            grace_s: longest wait for the last results.
        """
        played = []
        due = time.monotonic()
        for number in range(frames):
            self._camera.spin_until(lambda: False, due)
            if before_frame is not None:
                before_frame(number)
            played.append(self._publish())
            due += 1 / rate_hz
            if time.monotonic() > due:  # as a camera does: no frames in quick succession
                due = time.monotonic() + 1 / rate_hz
        self._camera.spin_until(
            lambda: all(frame.result is not None for frame in played), time.monotonic() + grace_s
        )
        self._frames.clear()
        return played

    def play_at_full_rate(self, seconds: float, under_way: int = 2) -> float:
        """Publish an image whenever fewer than so many wait for their answer.

        Returns:
            Answers a second (Hz).
        """
        end = time.monotonic() + seconds
        start, answers = time.monotonic(), 0
        waiting = [self._publish() for _ in range(under_way)]
        while time.monotonic() < end:
            self._camera.spin_until(
                partial(_is_any_answered, waiting),
                min(end, time.monotonic() + _REPLACE_S),
            )
            answered = [frame for frame in waiting if frame.result is not None]
            answers += len(answered)
            # Those replaced in the node by a newer one are never answered.
            newest = max(
                (frame.published_ns for frame in answered), default=waiting[-1].published_ns
            )
            waiting = [frame for frame in waiting if frame.published_ns > newest]
            waiting += [self._publish() for _ in range(under_way - len(waiting))]
        elapsed = time.monotonic() - start
        self._frames.clear()
        return answers / elapsed

    def _publish(self) -> Frame:
        self._count += 1
        message = self._camera.images[self._count % _IMAGES]
        message.header.stamp.sec = self._count  # the result has the header of its image
        frame = self._frames[self._count] = Frame(time.monotonic_ns())
        self._images.publish(message)
        return frame

    def _receive(self, message: PerceptionResult) -> None:
        now = time.monotonic_ns()
        frame = self._frames.get(message.header.stamp.sec)
        if frame is not None:
            frame.received_ns, frame.result = now, message


def _raw_image(random: np.random.Generator, width: int, height: int) -> Image:
    data = array('B', random.bytes(3 * width * height))
    return Image(height=height, width=width, encoding='bgr8', step=3 * width, data=data)


def _compressed_image(random: np.random.Generator, width: int, height: int) -> CompressedImage:
    """Return a smooth picture: noise would be larger than any camera's."""
    coarse = random.integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    data = cv2.imencode('.jpg', picture, (cv2.IMWRITE_JPEG_QUALITY, 90))[1]
    return CompressedImage(format='bgr8; jpeg compressed bgr8', data=array('B', data.tobytes()))


def _is_any_answered(frames: list[Frame]) -> bool:
    return any(frame.result is not None for frame in frames)
