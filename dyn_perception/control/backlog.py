# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""How much less time than its share a frame has because frames wait."""

from collections.abc import Sequence
from typing import NamedTuple


class Camera(NamedTuple):
    """Where a camera stands that takes a frame at regular intervals.

    Attributes:
        age_s: time since its last frame arrived that is finished (s).
        interval_s: from frame to frame (s).
    """

    age_s: float
    interval_s: float


def backlog_s(cameras: Sequence[Camera], count: int, next_s: float, period_s: float) -> float:
    """Return what the coming frames have less than period/count because they had to wait (s).

    A frame that waits is begun at once, at the width in force; what is decided now counts for
    those after it: the newest of each camera by then (a slot for each), in turn. The k-th of them
    has (period - wait)/k for itself and for each one before it. With one camera this is just its
    wait.

    Args:
        cameras: those that are reckoned with, one of `count` or more.
        count: cameras that share the network.
        next_s: what the frame takes that is begun now (s).
        period_s: time from the arrival of a frame in which its result is to be there (s).
    """
    waiting = sorted(
        (camera for camera in cameras if camera.age_s > camera.interval_s),
        key=lambda camera: camera.interval_s - camera.age_s,
    )
    if not waiting:
        return 0.0
    begun, *waiting = waiting
    idle = [camera for camera in cameras if camera.age_s <= camera.interval_s]
    arriving = sorted(
        (camera for camera in (begun, *idle) if _arrives(camera, next_s)),
        key=lambda camera: camera.interval_s - camera.age_s % camera.interval_s,
    )
    most_s = 0.0
    for place, camera in enumerate([*waiting, *arriving], start=1):
        wait_s = (camera.age_s + next_s) % camera.interval_s
        spare_s = period_s * (count - place) / (count * place)
        most_s = max(most_s, wait_s / place - spare_s)
    return most_s


def _arrives(camera: Camera, within_s: float) -> bool:
    """Return whether a new frame arrives within a time."""
    free_s = camera.age_s + within_s
    return free_s // camera.interval_s > camera.age_s // camera.interval_s
