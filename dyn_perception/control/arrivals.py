# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When frames arrive: of one camera, and of several that take turns at one network."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# Results are missed after so many periods of the target, and not before so long (s).
_SILENT_PERIODS = 3.0
_SILENCE_S = 1.0
# A longer time between two results was a pause, not the camera's pace (s).
_LONGEST_INTERVAL_S = 10.0


def patience_s(period_s: float) -> float:
    """Return for how long results may stay away before they are missed (s).

    Args:
        period_s: 1/target_fps (s).
    """
    return max(_SILENCE_S, _SILENT_PERIODS * period_s)


class ActiveCameras:
    """The cameras whose results come.

    A new camera counts from its first result. One that is silent for longer than `patience_s`, and
    than three times what was between its last results, counts no more; but only once another one
    had two results meanwhile. Cameras take turns, so no frame of the silent one was waiting then:
    a network that has become slow makes no camera silent.
    """

    def __init__(self) -> None:
        """Start without any camera."""
        self._result_s: dict[str, float] = {}
        self._interval_s: dict[str, float] = {}
        self._active: set[str] = set()

    def see(self, camera: str, time_s: float, period_s: float) -> None:
        """Take that a camera's result came; in order of time.

        Args:
            camera: any name.
            time_s: of the result (s).
            period_s: 1/target_fps (s).
        """
        before_s = self._result_s.get(camera)
        if before_s is not None:
            self._active -= {
                other
                for other in self._active
                if self._result_s[other] < before_s
                and time_s - self._result_s[other] > self._patience_s(other, period_s)
            }
            self._interval_s[camera] = time_s - before_s
        self._result_s[camera] = time_s
        self._active.add(camera)

    def _patience_s(self, camera: str, period_s: float) -> float:
        interval_s = self._interval_s.get(camera, 0.0)
        own_s = _SILENT_PERIODS * interval_s if interval_s <= _LONGEST_INTERVAL_S else 0.0
        return max(patience_s(period_s), own_s)

    def __contains__(self, camera: object) -> bool:
        """Return whether a camera counts."""
        return camera in self._active

    def __iter__(self) -> Iterator[str]:
        """Iterate over the cameras that count."""
        return iter(self._active)

    def __len__(self) -> int:
        """Return how many cameras count."""
        return len(self._active)


# Share of a new interval in the mean, and of a new deviation in theirs.
_SHARE = 0.1
# Arrivals are regular if intervals deviate by less than this share of their mean.
_REGULAR_SHARE = 0.1
# After so many intervals without a result the camera may have stopped: nothing is concluded.
_PATIENCE = 4.0


class Arrivals:
    """Follows the arrivals of the frames of one camera by their results.

    Attributes:
        last_s: arrival of the last frame that was finished (-inf: none yet).
        end_s: when the network finished its last frame (-inf: none yet).
        interval_s: mean time between arrivals (NaN: not known yet).
    """

    def __init__(self) -> None:
        """Start without any frame."""
        self.last_s = -math.inf
        self.end_s = -math.inf
        self.interval_s = math.nan
        self._deviation_s = math.inf

    def add(self, arrival_s: float, end_s: float, dropped: int) -> None:
        """Take a finished frame.

        Args:
            arrival_s: when it arrived.
            end_s: when it was finished.
            dropped: frames that arrived since the one before and were not processed.
        """
        interval_s = (arrival_s - self.last_s) / (1 + max(dropped, 0))
        self.last_s, self.end_s = arrival_s, end_s
        if not (math.isfinite(interval_s) and interval_s > 0):
            return
        if math.isnan(self.interval_s) or abs(interval_s / self.interval_s - 1) > 0.5:
            self.interval_s, self._deviation_s = interval_s, 0.5 * interval_s
            return
        deviation_s = abs(interval_s - self.interval_s)
        self.interval_s += _SHARE * (interval_s - self.interval_s)
        self._deviation_s += _SHARE * (deviation_s - self._deviation_s)

    @property
    def are_regular(self) -> bool:
        """Whether the next arrival can be foretold."""
        return self._deviation_s < _REGULAR_SHARE * self.interval_s

    @property
    def next_start_s(self) -> float:
        """When work on the frame after the last one begins or began (-inf: not known)."""
        if math.isnan(self.interval_s):
            return -math.inf
        # One that waited is begun at once.
        return max(self.end_s, self.last_s + self.interval_s)

    def worked_s(self, time_s: float) -> float:
        """Return for how long the present frame must have been worked on (s, 0: not known)."""
        if not self.are_regular or time_s > self.end_s + _PATIENCE * self.interval_s:
            return 0.0
        return max(time_s - self.latest_start_s, 0.0)

    @property
    def latest_start_s(self) -> float:
        """Return `next_start_s` if the frame arrives some deviations later than foretold."""
        return self.next_start_s + 3.0 * self._deviation_s

    @property
    def latest_arrival_s(self) -> float:
        """When the frame after the last one arrives at the latest (inf: not known)."""
        if math.isnan(self.interval_s):
            return math.inf
        return self.last_s + self.interval_s + 3.0 * self._deviation_s


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


class CameraArrivals:
    """Follows the arrivals of each camera; of a single one, it says what its `Arrivals` say.

    What is foretold of a camera counts as long as it is not missing: its frame should have been
    there before another one began to wait that was finished since. As cameras take turns, its
    frame would have come first.

    Attributes:
        count: cameras that deliver; 1 before the first frame.
        end_s: when the last frame was finished (-inf: none yet).
    """

    def __init__(self) -> None:
        """Start without any frame."""
        self.count = 1
        self.end_s = -math.inf
        self._cameras = ActiveCameras()
        self._arrivals: dict[str, Arrivals] = {}
        # When the frame began to wait that did so last, of those that are finished.
        self._waited_since_s = -math.inf

    def add(
        self, camera: str, arrival_s: float, end_s: float, dropped: int, period_s: float
    ) -> None:
        """Take a finished frame.

        Args:
            camera: whose it is.
            arrival_s: when it arrived.
            end_s: when it was finished.
            dropped: frames of this camera that arrived since its last one and were not processed.
            period_s: 1/target_fps (s).
        """
        self.end_s = end_s
        own = self._arrivals.setdefault(camera, Arrivals())
        own.add(arrival_s, end_s, dropped)
        self._cameras.see(camera, end_s, period_s)
        self.count = len(self._cameras)
        # A frame that is replaced by a newer one leaves it its turn.
        waited_s = max(dropped, 0) * own.interval_s if own.interval_s > 0 else 0.0
        self._waited_since_s = max(self._waited_since_s, arrival_s - waited_s)
        for other in self._arrivals.values():
            other.end_s = end_s  # nothing is begun before

    @property
    def next_start_s(self) -> float:
        """When work on the present frame may have begun at the earliest (-inf: not known)."""
        return min((own.next_start_s for own in self._active()), default=-math.inf)

    @property
    def latest_start_s(self) -> float:
        """When work on the present frame has begun at the latest (s, inf: not known)."""
        foretold = self._foretold()
        return math.inf if foretold is None else foretold.latest_start_s

    def worked_s(self, time_s: float) -> float:
        """Return for how long the present frame must have been worked on (s, 0: not known)."""
        foretold = self._foretold()
        return 0.0 if foretold is None else foretold.worked_s(time_s)

    def ages(self, time_s: float, period_s: float) -> list[Camera]:
        """Return the cameras whose next frame can be foretold, as `backlog` wants them.

        Args:
            time_s: now (s).
            period_s: 1/target_fps, for a camera whose interval is not known yet (s).
        """
        return [
            Camera(time_s - own.last_s, own.interval_s if own.interval_s > 0 else period_s)
            for own in self._active()
            if not self._is_missing(own)
        ]

    def _active(self) -> Iterator[Arrivals]:
        return (own for name, own in self._arrivals.items() if name in self._cameras)

    def _foretold(self) -> Arrivals | None:
        """Return the camera whose next frame comes first for certain."""
        certain = (own for own in self._active() if own.are_regular and not self._is_missing(own))
        return min(certain, key=lambda own: own.latest_start_s, default=None)

    def _is_missing(self, own: Arrivals) -> bool:
        return own.latest_arrival_s < self._waited_since_s
