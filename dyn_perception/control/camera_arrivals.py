# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""When frames of several cameras arrive that take turns at one network."""

import math
from collections.abc import Iterator

from dyn_perception.control.arrivals import Arrivals
from dyn_perception.control.backlog import Camera
from dyn_perception.control.cameras import ActiveCameras


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
